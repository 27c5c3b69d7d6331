/**
 * The part of `npm run bench` that has a program of its own: how much more memory than idle one answer takes, read slowly as by a client far
 * away. `node scripts/bench-memory.ts FILE SMALL LARGE list|sync|month|data|cards|export` asks for the path
 * LARGE, and warms up with SMALL; it prints MiB, MiB of the answer, and its number of responses.
 */
import { setTimeout } from 'node:timers/promises';
import { openSqliteStore } from '../src/store/sqlite/database.ts';
import { allCards, benchService, month, pieces, propfind, query, send, sync } from './bench-data.ts';

const [file = '', small = '', path = '', what = ''] = process.argv.slice(2);
const service = benchService(await openSqliteStore({ file }));
// Code, caches of pages and password are idle memory. What is collectable is not: the heap's own pace is a part of the peak.
for (let at = 0; at < 5; at++) {
  for await (const _ of pieces(await send(service, 'PROPFIND', path, propfind('<d:getetag/>'), '0')));
  for await (const _ of pieces(await send(service, 'REPORT', small, sync(), '0')));
}
await setTimeout(200);
const idle = process.memoryUsage.rss();

let peak = idle;
const sample = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const timer = setInterval(sample, 5);
const requests: Readonly<Record<string, readonly [string, string, string]>> = {
  list: ['PROPFIND', propfind('<d:getetag/>'), '1'],
  sync: ['REPORT', sync(), '0'],
  data: ['REPORT', query(''), '1'],
  month: ['REPORT', month(), '1'],
  cards: ['REPORT', allCards, '1'],
};
const [method, body, depth] = requests[what] ?? ['GET', '', '0'];
const target = what === 'export' ? `${path}?export` : path;
let octets = 0;
let responses = 0;
for await (const piece of pieces(await send(service, method, target, body, depth))) {
  octets += Buffer.byteLength(piece);
  responses += piece.split('</d:response>').length - 1;
  sample();
  // As long as a line of 100 Mbit/s takes.
  await setTimeout(piece.length / 12_500);
}
clearInterval(timer);
await service.close();
const mebi = (value: number) => (value / 2 ** 20).toFixed(0);
console.log(`${mebi(peak - idle)} ${mebi(octets)} ${responses}`);
