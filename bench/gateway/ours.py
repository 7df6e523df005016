"""Our gateway, alone in front of the backend, with only what a scenario wants switched on."""

import subprocess

from processes import LOOPBACK, Server, free_port


def start(name, valion, folder, configuration, log_level="warning"):
    port = free_port()
    home = folder / f"valion-{port}"
    home.mkdir()
    file = home / "gateway.yaml"
    file.write_text(configuration, encoding="ascii")
    words = [valion, "api_gateway", "--config", file, "--port", port]
    server = Server(name, words, port, folder, {"VALION_HOME": str(home / "home"), "VALION_LOG_LEVEL": log_level})
    server.home = home / "home"
    return server


def plain(valion, backend, folder):
    return start("Valion, plain", valion, folder, f"""gateway: {{identity: off}}
routes:
  - name: all
    prefix: /
    upstreams: ["http://{LOOPBACK}:{backend}"]
    timeout: 30s
    auth: off
""")


def cached(valion, backend, folder):
    return start("Valion, cache hit", valion, folder, f"""gateway: {{identity: off}}
routes:
  - name: all
    prefix: /
    upstreams: ["http://{LOOPBACK}:{backend}"]
    timeout: 30s
    auth: off
    cache: {{ttl: 1h}}
    rate_limit: 100000000/min
""")


def guarded(valion, backend, folder):
    return start("Valion, guarded", valion, folder, f"""routes:
  - name: all
    prefix: /ml
    upstreams: ["http://{LOOPBACK}:{backend}"]
    timeout: 30s
    rate_limit: 100000000/min
""", log_level="info")  # a line for each request


def make_tokens(program, home, folder, count):
    """The file with `count` tokens, each of another user, that the gateway of `home` takes."""
    file = folder / f"tokens-{count}"
    with open(file, "wb") as output:
        subprocess.run([program, home, str(count)], stdout=output, check=True)
    return file
