/** `acme/hello`, the image of the recordings: answers on PORT, `/up` by FAIL, and CRASH ends it at once (deploy-image 54). */
import { createServer } from 'node:http';

const { HELLO_VERSION: version = 'latest', PORT = '3000', GREETING, FAIL, CRASH } = process.env;

const server = createServer((request, response) => {
  const failing = request.url?.split('?')[0] === '/up' && FAIL;
  const status = failing ? 503 : 200;
  const body = failing ? 'failing\n' : `${GREETING ?? 'hello'} ${version}\n`;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
  const time = new Date().toISOString().replace(/\.\d+/, '');
  const from = request.socket.remoteAddress?.replace(/^::ffff:/, '');
  console.log(`${time} ${from} "${request.method} ${request.url} HTTP/${request.httpVersion}" ${status} -`);
});

server.listen(Number(PORT), () => {
  console.log(`hello ${version} listening on port ${PORT}`);
  if (!CRASH) return;
  console.error('Error: cannot reach the database at db:5432');
  process.exit(1);
});

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
