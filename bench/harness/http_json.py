"""JSON over HTTP, for setting things up."""

import http.client
import json


class Unexpected(Exception):
    """An answer that setting up cannot go on with."""


def call(port, method, path, body=None, key=None):
    """The body of a 2xx answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise Unexpected(f"{method} {path}: {response.status} {text[:300]!r}")
    return json.loads(text) if text else None
