"""The manifests of deploy/kubernetes and deploy/spinkube, and the unit of deploy/systemd: each object by the schema of its
kind, and what they say of the edge by the edge's own files. Run by run.sh, in a virtual environment with its packages."""

import json
import re
import tomllib
import unittest
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]
#: The oldest release of Kubernetes that the manifests are for, and the newest that the package knows.
RELEASES = ("1.31", "1.37")
#: How long the host takes to answer what is in progress, and to close what is half-sent, seconds.
DRAIN = 35


def objects(*folders):
    for folder in folders:
        for path in sorted((ROOT / "deploy" / folder).glob("*.yaml")):
            for found in yaml.safe_load_all(path.read_text()):
                yield path.name, found


def one(kind, folder="kubernetes"):
    (found,) = [found for _, found in objects(folder) if found["kind"] == kind]
    return found


def variables():
    return {f"SPIN_VARIABLE_{name.upper()}" for name in tomllib.loads((ROOT / "spin.toml").read_text())["variables"]}


def options():
    """Those of `bheem-edge up`."""
    declared = (ROOT / "host/src/up.rs").read_text().split("pub struct Options {", 1)[1].split("\n}", 1)[0]
    names = re.findall(r"#\[arg\((.*?)\)\]\n\s+(\w+):", declared, re.DOTALL)
    return {(re.search(r'long = "([a-z-]+)"', arg) or [None, name.replace("_", "-")])[1] for arg, name in names}


def pod():
    return one("Deployment")["spec"]["template"]


def container():
    (found,) = pod()["spec"]["containers"]
    return found


def seconds(args, option):
    return int(next(arg.split("=")[1] for arg in args if arg.startswith(f"--{option}=")))


class Schemas(unittest.TestCase):
    def test_each_object_is_as_its_kind_is_described(self):
        count = 0
        for name, found in objects("kubernetes", "spinkube"):
            if found["apiVersion"].startswith(("core.spinkube.dev", "kustomize.config.k8s.io")):
                continue
            for release in RELEASES:
                with self.subTest(file=name, kind=found["kind"], release=release):
                    kubernetes_validate.validate(found, release, strict=True)
            count += 1
        self.assertGreaterEqual(count, 8)

    def test_a_field_that_does_not_exist_is_found(self):
        broken = one("Deployment")
        broken["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(broken, RELEASES[0], strict=True)


class Kubernetes(unittest.TestCase):
    def test_kustomize_lists_every_file_that_is_applied(self):
        files = {path.name for path in (ROOT / "deploy/kubernetes").glob("*.yaml")}
        listed = set(one("Kustomization")["resources"])
        self.assertEqual(files - {"kustomization.yaml", "secret.example.yaml"}, listed)

    def test_what_selects_the_pods_selects_them(self):
        labels = pod()["metadata"]["labels"].items()
        selectors = [
            one("Deployment")["spec"]["selector"]["matchLabels"],
            one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
            one("Service")["spec"]["selector"],
            *[it["labelSelector"]["matchLabels"] for it in pod()["spec"]["topologySpreadConstraints"]],
        ]
        for selector in selectors:
            self.assertLessEqual(selector.items(), labels)
        scaled = one("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
        self.assertEqual((scaled["kind"], scaled["name"]), ("Deployment", one("Deployment")["metadata"]["name"]))
        self.assertNotIn("replicas", one("Deployment")["spec"], "the autoscaler's number would be reset by each apply")

    def test_the_host_knows_each_option_that_it_is_given(self):
        command, *args = container()["args"]
        self.assertEqual(command, "up")
        self.assertLessEqual({arg.removeprefix("--").split("=")[0] for arg in args}, options())

    def test_each_variable_exists(self):
        given = set(one("ConfigMap")["data"])
        for name, found in objects("kubernetes"):
            if name == "secret.example.yaml" and found["metadata"]["name"] == "bheem-edge":
                given |= set(found["stringData"])
        self.assertLessEqual(given, variables())
        app = {f"SPIN_VARIABLE_{it['name'].upper()}" for it in one("SpinApp", "spinkube")["spec"]["variables"]}
        self.assertLessEqual(app, variables())

    def test_each_secret_and_key_that_is_read_is_in_the_example(self):
        example = {it["metadata"]["name"]: it["stringData"] for n, it in objects("kubernetes") if it["kind"] == "Secret"}
        for key in re.findall(r"secretKeyRef: \{name: (\S+), key: (\S+)\}", "".join(
            path.read_text() for path in (ROOT / "deploy/spinkube").glob("*.yaml")
        )):
            self.assertIn(key[1], example[key[0]])
        self.assertIn(one("SpinApp", "spinkube")["spec"]["runtimeConfig"]["loadFromSecret"], example)
        secrets = [it["secret"]["secretName"] for it in pod()["spec"]["volumes"] if "secret" in it]
        secrets += [it["secretRef"]["name"] for it in container()["envFrom"] if "secretRef" in it]
        self.assertLessEqual(set(secrets), set(example))
        tomllib.loads(example["bheem-edge-runtime-config"]["runtime-config.toml"])

    def test_a_pod_is_given_the_time_that_it_takes_to_stop(self):
        needed = seconds(container()["args"], "stop-delay-secs") + DRAIN
        self.assertGreaterEqual(pod()["spec"]["terminationGracePeriodSeconds"], needed)

    def test_containers_cannot_write_to_their_root_or_gain_rights(self):
        containers = [(pod()["spec"], container())]
        job = one("CronJob", "spinkube")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        containers += [(job, it) for it in job["containers"]]
        for spec, found in containers:
            context = found["securityContext"]
            self.assertTrue(context["readOnlyRootFilesystem"])
            self.assertFalse(context["allowPrivilegeEscalation"])
            self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
            self.assertTrue(spec["securityContext"]["runAsNonRoot"])
            self.assertFalse(spec["automountServiceAccountToken"])
            self.assertIn("memory", found["resources"]["limits"])

    def test_what_is_asked_over_http_is_part_of_the_api(self):
        paths = set(json.loads((ROOT / "docs/openapi.json").read_text())["paths"])
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            self.assertIn(container()[name]["httpGet"]["path"], paths)
        for check in one("SpinApp", "spinkube")["spec"]["checks"].values():
            self.assertIn(check["httpGet"]["path"], paths)
        (drain,) = one("CronJob", "spinkube")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        self.assertIn(re.search(r"http://bheem-edge(\S+)", drain["args"][0])[1], paths)


class Systemd(unittest.TestCase):
    FILES = ("bheem-edge.service", "bheem-edge.service.d/several-machines.conf")

    def test_the_host_knows_each_option_and_variable_that_it_is_given(self):
        for name in self.FILES:
            text = (ROOT / "deploy/systemd" / name).read_text().replace("\\\n", " ")
            starts = [line for line in text.splitlines() if line.startswith("ExecStart=/")]
            self.assertEqual(len(starts), 1, name)
            self.assertLessEqual(set(re.findall(r"--([a-z-]+)", starts[0].split(" up ", 1)[1])), options())
        example = (ROOT / "deploy/systemd/environment.example").read_text()
        self.assertLessEqual(set(re.findall(r"SPIN_VARIABLE_[A-Z0-9_]+", example)), variables())

    def test_systemd_waits_as_long_as_the_host_takes_to_stop(self):
        for name in self.FILES:
            text = (ROOT / "deploy/systemd" / name).read_text()
            delay = re.search(r"--stop-delay-secs (\d+)", text)
            needed = DRAIN + int(delay[1] if delay else 0)
            self.assertGreaterEqual(int(re.search(r"TimeoutStopSec=(\d+)", text)[1]), needed)


if __name__ == "__main__":
    unittest.main()
