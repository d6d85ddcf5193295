#!/usr/bin/env node
// Draws docs/demo.svg from what `s3connect demo` really prints: the proof, the accident, the repair. Needs a build.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const columns = 118;
const lineHeight = 18;

/** Colours of SGR codes as chalk writes them. */
const colours = { 31: '#f7768e', 32: '#9ece6a', 33: '#e0af68', 34: '#7aa2f7', 36: '#7dcfff' };

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** One line with SGR codes as SVG spans. */
function spans(line) {
  let style = {};
  let width = 0;
  return line
    .split(/(\u001b\[\d+m)/)
    .map((part) => {
      const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
      if (code !== undefined) {
        if (code === '1') style = { ...style, 'font-weight': 'bold' };
        else if (code === '2') style = { ...style, opacity: '0.6' };
        else if (code === '22') style = { fill: style.fill };
        else if (code === '39') style = { ...style, fill: undefined };
        else style = { ...style, fill: colours[code] };
        return '';
      }
      const text = part.slice(0, Math.max(0, columns - width));
      width += part.length;
      const attributes = Object.entries(style)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ` ${name}="${value}"`)
        .join('');
      return text === '' ? '' : `<tspan${attributes}>${escaped(text)}</tspan>`;
    })
    .join('');
}

const { stdout, status } = spawnSync(process.execPath, [join(root, 'bin', 's3connect.js'), 'demo'], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' },
});
if (status !== 0) throw new Error(`the demo ended with ${status}`);
const plain = (line) => line.replace(/\u001b\[\d+m/g, '');
const all = stdout.split('\n');
const from = all.findIndex((line) => plain(line).startsWith('4. '));
const to = all.findIndex((line) => plain(line).startsWith('8. '));
const lines = ['$ s3connect demo', '…', ...all.slice(from, to)];
const height = (lines.length + 2) * lineHeight;
const text = lines
  .map((line, index) => `<text x="16" y="${(index + 1.5) * lineHeight}" xml:space="preserve">${spans(line)}</text>`)
  .join('\n');
writeFileSync(
  join(root, 'docs', 'demo.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${columns * 7.9 + 32}" height="${height}" role="img" aria-label="s3connect demo in a terminal">
<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#c0caf5">
${text}
</g>
</svg>
`,
);
