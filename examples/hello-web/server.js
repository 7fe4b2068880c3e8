import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const page = readFileSync('built.html', 'utf8').replace('{{greeting}}', process.env.GREETING ?? 'Hello');
const port = Number(process.env.PORT ?? 3000);

createServer((request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(request.url === '/up' ? 'up' : page);
}).listen(port, () => console.log(`hello-web listens on ${port}`));
