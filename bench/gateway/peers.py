"""The peers of Debian, each as plain as it can be configured: one process, one thread, keep-alive on both sides."""

import os
import shutil
import sys

from processes import LOOPBACK, Server, free_port

ENDLESS = 1_000_000_000  # requests on one connection


def nginx(backend, folder, cached=False):
    port = free_port()
    home = folder / f"nginx-{port}"
    home.mkdir()
    temporary = "".join(f"{kind}_temp_path {home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    store = f"proxy_cache_path {home}/cache levels=1:2 keys_zone=answers:16m max_size=64m inactive=1h;\nopen_file_cache max=1000;\n"
    use = "proxy_cache answers; proxy_cache_valid 200 1h;"
    (home / "nginx.conf").write_text(f"""daemon off;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
pid {home}/pid;
error_log {home}/errors warn;
events {{ worker_connections 4096; }}
http {{
access_log off; server_tokens off; tcp_nodelay on; keepalive_requests {ENDLESS};
{temporary}{store if cached else ""}
upstream backend {{ server {LOOPBACK}:{backend}; keepalive 256; keepalive_requests {ENDLESS}; }}
server {{ listen {LOOPBACK}:{port} backlog=1024;
location / {{ proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; {use if cached else ""} }} }}
}}
""", encoding="ascii")
    words = [shutil.which("nginx"), "-p", home, "-c", home / "nginx.conf", "-e", home / "errors"]
    return Server("nginx proxy_cache" if cached else "nginx", words, port, folder)


def haproxy(backend, folder):
    port = free_port()
    configuration = folder / f"haproxy-{port}.cfg"
    configuration.write_text(f"""global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-keep-alive
  http-reuse always
listen gateway
  bind {LOOPBACK}:{port}
  server one {LOOPBACK}:{backend}
""", encoding="ascii")
    return Server("HAProxy", [shutil.which("haproxy"), "-f", configuration, "-db"], port, folder)


def fastapi(backend, folder):
    port = free_port()
    words = ["/usr/bin/python3", "-m", "uvicorn", "fastapi_proxy:app", "--app-dir", sys.path[0], "--host", LOOPBACK, "--port", port,
             "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    return Server("FastAPI + uvicorn", words, port, folder, {"BACKEND": f"http://{LOOPBACK}:{backend}"})
