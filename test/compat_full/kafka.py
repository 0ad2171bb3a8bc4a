"""Brokers of Kafka in ZooKeeper's mode, what their users do, and what they keep in the tree."""
import json
import subprocess
from pathlib import Path

import maven
from clients import run, up_to_date
from progress import wait_for
from servers import SERVER_BIN, free_port

CHROOT = "/kafka"
JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"]
COMMAND_SECONDS = 900
LOGGING = """log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m (%c)%n
"""


class Broker:
    """One broker; it may be killed or stopped, and started again with its data, its number and its port."""

    def __init__(self, number: int, tree: str, directory: Path, replicas: int, session_ms: int):
        """`tree`: the endpoints of the ensemble. `replicas`: of the topic in which groups keep their offsets."""
        self.number, self.directory = number, directory / f"broker-{number}"
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.directory.mkdir()
        (self.directory / "log4j.properties").write_text(LOGGING)
        settings = {
            "broker.id": number, "listeners": f"PLAINTEXT://127.0.0.1:{self.port}", "log.dirs": self.directory / "data",
            "zookeeper.connect": tree + CHROOT, "zookeeper.session.timeout.ms": session_ms,
            "zookeeper.connection.timeout.ms": 300_000, "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": 3, "group.initial.rebalance.delay.ms": 0, "auto.create.topics.enable": "false",
            "num.io.threads": 2, "num.network.threads": 2, "log.cleaner.enable": "false",
        }
        (self.directory / "server.properties").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / "broker.log"

    def start(self) -> "Broker":
        command = ["java", *JVM, f"-Dlog4j.configuration=file:{self.directory}/log4j.properties", "-cp", maven.classpath("kafka"),
                   "kafka.Kafka", str(self.directory / "server.properties")]
        said_before = self.starts()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory)
        wait_for(f"broker {self.number} has started", lambda: self.starts() > said_before or self.process.poll() is not None)
        assert self.process.poll() is None, f"broker {self.number} ended:\n{self.log.read_text(errors='replace')[-4000:]}"
        return self

    def starts(self) -> int:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text.count(f"[KafkaServer id={self.number}] started")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(COMMAND_SECONDS)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def client(brokers: str, *arguments: str | int) -> list[str]:
    """The lines that our program says, which uses Kafka's own clients."""
    classes, sources = maven.BUILD / "kafka_client", [maven.HERE / "kafka_client/Main.java"]
    jars = maven.classpath("kafka")
    if not up_to_date(classes / "Main.class", sources):
        run("javac", "-d", classes, "-cp", jars, *sources)
    return run("java", *JVM, f"-Dlog4j.configuration=file:{quiet_logging()}", "-cp", f"{classes}:{jars}", "Main", brokers,
               *map(str, arguments), timeout=COMMAND_SECONDS).splitlines()


def quiet_logging() -> Path:
    path = maven.BUILD / "client-log4j.properties"
    path.write_text(LOGGING.replace("INFO, out", "ERROR, out")
                    + "log4j.appender.out.target=System.err\n")
    return path


class Tree:
    """What Kafka keeps in the tree, read with our own client."""

    def __init__(self, endpoints: str):
        self.endpoints = endpoints

    def quorate(self, *arguments: str) -> str:
        return run(SERVER_BIN / "quorate", "--endpoints", self.endpoints, "--timeout", "60s", *arguments, timeout=COMMAND_SECONDS)

    def children(self, path: str) -> list[str]:
        return sorted(self.quorate("-o", "plain", "ls", CHROOT + path).split())

    def node(self, path: str) -> dict:
        return json.loads(self.quorate("get", CHROOT + path))

    def owner(self, path: str) -> int:
        """The session that an ephemeral belongs to."""
        return int(str(json.loads(self.quorate("-o", "json", "stat", CHROOT + path))["ephemeral_owner"]), 0)

    def brokers(self) -> list[str]:
        return self.children("/brokers/ids")

    def controller(self) -> int | None:
        return self.node("/controller")["brokerid"] if "controller" in self.children("") else None
