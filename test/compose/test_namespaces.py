"""The compose files' servers as processes in network namespaces."""
import unittest
from pathlib import Path

from hosts import Hosts
from namespaces import NamespaceHosts, refusal
from scenario import OneServer, ThreeServers

REFUSAL = refusal()


class InNamespaces:
    @classmethod
    def make_hosts(cls, path: Path) -> Hosts:
        return NamespaceHosts(path)


@unittest.skipIf(REFUSAL, REFUSAL)
class ThreeInNamespaces(InNamespaces, ThreeServers):
    pass


@unittest.skipIf(REFUSAL, REFUSAL)
class OneInNamespaces(InNamespaces, OneServer):
    pass


# What is imported would be run too.
del ThreeServers, OneServer

if __name__ == "__main__":
    unittest.main()
