/** `redis-cli <command>`, as health checks use it: asks the container's Redis and prints the answer. */
import { connect } from 'node:net';

const args = process.argv.slice(2);
const options: Record<string, string> = {};
while (args[0]?.startsWith('-')) {
  const name = args.shift() ?? '';
  if (/^(-h|-p|-a|-u|-n|--user|--pass)$/.test(name)) options[name] = args.shift() ?? '';
}
const url = options['-u'] === undefined ? undefined : new URL(options['-u']);
const password = url?.password || options['-a'] || options['--pass'] || process.env.REDISCLI_AUTH;
const command = args.length > 0 ? args : ['PING'];

const encode = (words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
const socket = connect({
  host: url?.hostname || options['-h'] || '127.0.0.1',
  port: Number(url?.port || options['-p'] || 6379),
});
let text = '';
let toSkip = password ? 1 : 0;
socket.on('connect', () => socket.write((password ? encode(['AUTH', password]) : '') + encode(command)));
socket.on('data', (chunk) => {
  text += chunk;
  for (let end = text.indexOf('\r\n'); end !== -1 && toSkip > 0; end = text.indexOf('\r\n'), toSkip--) {
    if (text.startsWith('-')) finish(text.slice(1, end));
    text = text.slice(end + 2);
  }
  if (toSkip > 0 || !text.includes('\r\n')) return;
  const [head = '', ...rest] = text.split('\r\n');
  if (head.startsWith('$') && head !== '$-1' && rest.length < 2) return;
  finish(
    head.startsWith('$')
      ? (rest[0] ?? '')
      : head.startsWith('*')
        ? rest
            .filter((line) => !line.startsWith('$'))
            .join('\n')
            .trim()
        : head.slice(1),
  );
});
socket.on('error', (error) => {
  console.error(
    `Could not connect to Redis at ${options['-h'] ?? '127.0.0.1'}:${options['-p'] ?? 6379}: ${error.message}`,
  );
  process.exit(1);
});

function finish(answer: string): void {
  console.log(answer);
  process.exit(0);
}
