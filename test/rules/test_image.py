"""The image's file, the compose files and the build agree with each other."""
import json
import re
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSE_FILES = ("deploy/docker-compose.yml", "deploy/docker-compose.single.yml")


def services(name: str) -> dict[str, dict]:
    return yaml.safe_load((ROOT / name).read_text())["services"]


def every_service() -> list[tuple[str, dict]]:
    return [(f"{name}: {service}", said) for name in COMPOSE_FILES for service, said in services(name).items()]


class Image(unittest.TestCase):
    def test_all_that_is_built_is_sent_to_the_builder(self):
        sent = set(re.findall(r"^!([^/\n]+)$", (ROOT / ".dockerignore").read_text(), re.M))
        built = set(re.findall(r"^add_subdirectory\((\w+)\)", (ROOT / "CMakeLists.txt").read_text(), re.M))
        self.assertGreater(len(built), 5)
        self.assertLessEqual(built | {"cmake", "CMakeLists.txt", "CMakePresets.json"}, sent)

    def test_its_version_is_that_of_the_build(self):
        label = re.search(r'image\.version="([^"]+)"', DOCKERFILE).group(1)
        self.assertIn(f"project(quorate VERSION {label} ", (ROOT / "CMakeLists.txt").read_text())

    def test_it_does_not_run_as_root(self):
        self.assertRegex(DOCKERFILE, r"\nUSER [1-9]\d+:[1-9]\d+\n")


class ComposeFiles(unittest.TestCase):
    def test_they_check_health_as_the_image_does(self):
        command = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s+CMD (\[.*\])$", DOCKERFILE, re.M).group(1)
        for label, said in every_service():
            self.assertEqual(said["healthcheck"]["test"], ["CMD", *json.loads(command)], label)

    def test_every_server_is_confined(self):
        for label, said in every_service():
            self.assertTrue(said["read_only"], label)
            self.assertEqual(said["cap_drop"], ["ALL"], label)
            self.assertEqual(said["security_opt"], ["no-new-privileges:true"], label)
            self.assertNotIn("user", said, f"{label}: the image has a user")

    def test_every_server_has_volumes_of_its_own_and_publishes_to_this_machine_alone(self):
        volumes = [line for name in COMPOSE_FILES for said in services(name).values() for line in said["volumes"]]
        self.assertEqual(len(volumes), len(set(volumes)))
        for label, said in every_service():
            self.assertEqual(sorted(line.split(":")[1] for line in said["volumes"]), ["/data", "/datalog"], label)
            self.assertTrue(all(line.startswith("127.0.0.1:") for line in said["ports"]), label)

    def test_the_single_server_is_set_up_as_one_of_three(self):
        (single,) = services(COMPOSE_FILES[1]).values()
        one = services(COMPOSE_FILES[0])["quorate1"]
        differs = {key for key in one.keys() | single.keys() if one.get(key) != single.get(key)}
        self.assertEqual(differs, {"hostname", "environment", "volumes"})

    def test_each_server_line_is_that_of_a_service(self):
        ensemble = services(COMPOSE_FILES[0])
        lines = {f"server.{said['environment']['ZOO_MY_ID']}={said['hostname']}:2888:3888;2181" for said in ensemble.values()}
        for said in ensemble.values():
            self.assertEqual(set(said["environment"]["ZOO_SERVERS"].split()), lines)


if __name__ == "__main__":
    unittest.main()
