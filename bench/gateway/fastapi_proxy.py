"""The plainest proxy that FastAPI can be: bytes through one aiohttp session, no checks."""

import os

import aiohttp
from fastapi import FastAPI, Request
from fastapi.responses import Response

app = FastAPI()
BACKEND = os.environ["BACKEND"]
OF_ONE_CONNECTION = {"host", "connection", "content-length", "transfer-encoding", "keep-alive"}


@app.on_event("startup")
async def open_session():
    app.state.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)


@app.on_event("shutdown")
async def close_session():
    await app.state.session.close()


@app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
async def relay(path: str, request: Request):
    fields = {name: value for name, value in request.headers.items() if name not in OF_ONE_CONNECTION}
    body = None if request.method == "GET" else await request.body()
    async with app.state.session.request(request.method, BACKEND + request.url.path, headers=fields, data=body) as answer:
        return Response(await answer.read(), answer.status, media_type=answer.headers.get("content-type"))
