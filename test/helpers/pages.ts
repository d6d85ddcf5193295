import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A web server on a free port of this machine; its origin is the one of a page that it serves. */
export async function webServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A page with a function `load(url)`, see player.html. */
export async function pageServer() {
  const page = await readFile(join(import.meta.dirname, 'player.html'));
  return webServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page));
}

/**
 * Sends everybody on to `?to=`, and lets every page read that: what a player asks for a manifest does. Two origins in a
 * row make the browser send `Origin: null` to the second.
 */
export const redirectServer = () =>
  webServer((request, response) => {
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-allow-methods': 'GET',
    };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end();
      return;
    }
    const to = new URL(request.url ?? '/', 'http://redirect').searchParams.get('to') ?? '';
    response.writeHead(302, { ...cors, location: to }).end();
  });
