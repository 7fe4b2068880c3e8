// Turns coloured terminal output (standard input) into an SVG (standard output), for the picture in README.md:
//   FORCE_COLOR=1 npm run demo -- --once | node scripts/on-node.mjs scripts/picture.ts > docs/demo.svg
import { text } from 'node:stream/consumers';

const COLUMNS = 132;
const LINE = 17;
const COLOURS: Record<string, string> = { 31: '#e5686e', 32: '#5ec269', 33: '#dcb042', 36: '#4fb3bf' };
const ESCAPE = String.fromCharCode(27);

interface Style {
  colour?: string | undefined;
  bold?: boolean;
  dim?: boolean;
}

const lines = (await text(process.stdin))
  .replaceAll('\r', '')
  .trimEnd()
  .split('\n')
  .filter((line) => !line.startsWith('> '));
const height = lines.length * LINE + 32;
const width = Math.round(COLUMNS * 7.83 + 32);
const rows = lines.map((line, i) => `<text x="16" y="${i * LINE + 28}" xml:space="preserve">${spans(line)}</text>`);
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="#d7dae0"><rect width="100%" height="100%" rx="8" fill="#16181d"/>${rows.join('\n')}</svg>\n`,
);

/** One line: its escape sequences become styled pieces, cut at the width of the picture. */
function spans(line: string): string {
  let style: Style = {};
  let room = COLUMNS;
  return line
    .split(ESCAPE)
    .map((piece, i) => {
      const code = i === 0 ? null : /^\[(\d+)m/.exec(piece);
      if (code) style = styled(style, code[1]!);
      const shown = (code ? piece.slice(code[0].length) : piece).slice(0, room);
      room -= shown.length;
      return shown === '' ? '' : `<tspan${attributes(style)}>${escaped(shown)}</tspan>`;
    })
    .join('');
}

function styled(style: Style, code: string): Style {
  if (code === '0') return {};
  if (code === '1') return { ...style, bold: true };
  if (code === '2') return { ...style, dim: true };
  if (code === '22') return { ...style, bold: false, dim: false };
  if (code === '39') return { ...style, colour: undefined };
  return { ...style, colour: COLOURS[code] ?? style.colour };
}

function attributes({ colour, bold, dim }: Style): string {
  return `${colour ? ` fill="${colour}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' fill-opacity="0.55"' : ''}`;
}

function escaped(shown: string): string {
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
