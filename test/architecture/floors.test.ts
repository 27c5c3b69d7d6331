/**
 * The floors: formats < store < dav < features < operations and server < cli. A file imports from its own floor or from floors below,
 * and never in a circle. The reasons stand in ARCHITECTURE.md.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { filesIn, importsOf, ROOT, type SourceFile } from './source-tree.ts';

const FLOORS: Readonly<Record<string, number>> = {
  formats: 0,
  store: 1,
  dav: 2,
  features: 3,
  operations: 4,
  server: 4,
  cli: 5,
};

/** Modules through which the outside comes in: files, network, child processes, time. */
const OUTSIDE =
  /^(?:node:)?(?:fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|cluster|readline|timers|process|os|module|sqlite)(?:\/|$)/;

const sources = filesIn('src', '.ts');
const graph = new Map(sources.map((file) => [file.path, importsOf(file)]));

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function complaints(
  check: (file: SourceFile, to: string, own: boolean, typeOnly: boolean) => string | undefined,
): readonly string[] {
  return sources.flatMap((file) =>
    (graph.get(file.path) ?? []).flatMap(({ to, own, typeOnly }) => {
      const complaint = check(file, to, own, typeOnly);
      return complaint === undefined ? [] : [`${file.path} imports ${to}: ${complaint}`];
    }),
  );
}

describe('the floors', () => {
  test('every file stands on a floor', () => {
    assert.ok(sources.length > 0);
    assert.deepEqual(
      sources.filter((file) => FLOORS[folderOf(file.path)] === undefined).map((file) => file.path),
      [],
    );
  });

  test('nothing imports from a floor above, or from outside src', () => {
    const found = complaints((file, to, own) => {
      if (!own) return undefined;
      if (!to.startsWith('src/')) return 'it lies outside src';
      return FLOORS[folderOf(to)]! > FLOORS[folderOf(file.path)]! ? 'that is a floor above' : undefined;
    });
    assert.deepEqual(found, []);
  });

  test('no file is loaded in a circle', () => {
    const loaded = (path: string) =>
      (graph.get(path) ?? []).filter((one) => one.own && !one.typeOnly).map((one) => one.to);
    assert.deepEqual(circles([...graph.keys()], loaded), []);
  });

  test('no two rooms of a floor know each other, not even their types', () => {
    // Within one room two types may name each other (a request knows the catalogue, which lists what answers requests).
    const folder = (path: string) =>
      path
        .split('/')
        .slice(0, path.startsWith('src/store/') ? 2 : -1)
        .slice(0, 3)
        .join('/');
    const folders = [...new Set(sources.map((file) => folder(file.path)))];
    const known = (name: string) =>
      sources
        .filter((file) => folder(file.path) === name)
        .flatMap((file) => (graph.get(file.path) ?? []).filter((one) => one.own).map((one) => folder(one.to)))
        .filter((to) => to !== name);
    assert.deepEqual(circles(folders, known), []);
  });

  test('formats, the kernel and the features touch nothing outside', () => {
    const found = complaints((file, to, own, typeOnly) =>
      !own && !typeOnly && /^src\/(?:formats|dav|features)\//.test(file.path) && OUTSIDE.test(to)
        ? 'what comes from outside comes in as a value'
        : undefined,
    );
    assert.deepEqual(found, []);
  });

  test('formats know neither clock nor chance', () => {
    const found = sources
      .filter((file) => file.path.startsWith('src/formats/'))
      .flatMap((file) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(/.test(file.text) ? [file.path] : [],
      );
    assert.deepEqual(found, []);
  });

  test('only the drivers import their engine', () => {
    const found = complaints((file, to) => {
      if (to === 'better-sqlite3' && !file.path.startsWith('src/store/sqlite/')) return 'only src/store/sqlite may';
      if (/^pg(?:\/|$|-)/.test(to) && !file.path.startsWith('src/store/postgres/'))
        return 'only src/store/postgres may';
      return undefined;
    });
    assert.deepEqual(found, []);
  });

  test('a feature imports only the index of features before it in the list', () => {
    const order = featureOrder();
    const found = complaints((file, to, own) => {
      const from = /^src\/features\/([^/]+)\//.exec(file.path)?.[1];
      const other = /^src\/features\/([^/]+)\/(.+)$/.exec(to);
      if (!own || from === undefined || other === null || other[1] === from) return undefined;
      if (other[2] !== 'index.ts') return 'only index.ts of another feature may be imported';
      return order.indexOf(other[1]!) < order.indexOf(from)
        ? undefined
        : 'that feature does not come earlier in the list';
    });
    assert.deepEqual(found, []);
  });

  test('every feature folder is in the list', () => {
    const folders = new Set(sources.flatMap((file) => /^src\/features\/([^/]+)\//.exec(file.path)?.[1] ?? []));
    assert.deepEqual(
      [...folders].filter((folder) => !featureOrder().includes(folder)),
      [],
    );
  });
});

/** The folders of features in the order in which `server/features.ts` lists them. */
function featureOrder(): readonly string[] {
  const text = readFileSync(join(ROOT, 'src/server/features.ts'), 'utf8');
  const list = text.slice(text.indexOf('standardFeatures'));
  const folders: { readonly folder: string; readonly at: number }[] = [];
  for (const [, names = '', folder = ''] of text.matchAll(
    /import \{([^}]*)\} from '\.\.\/features\/([^/']+)\/index\.ts'/g,
  )) {
    const places = names
      .split(',')
      .map((name) => list.search(new RegExp(`\\b${name.trim().split(/\s+/).at(-1)}\\(`)))
      .filter((place) => place >= 0);
    if (places.length > 0) folders.push({ folder, at: Math.min(...places) });
  }
  return folders.sort((a, b) => a.at - b.at).map((one) => one.folder);
}

/** Strongly connected components of more than one node (or one that leads to itself), each sorted: Tarjan's algorithm. */
function circles(nodes: readonly string[], next: (node: string) => readonly string[]): readonly (readonly string[])[] {
  const indexes = new Map<string, number>();
  const lows = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    indexes.set(node, indexes.size);
    lows.set(node, indexes.get(node)!);
    stack.push(node);
    for (const to of next(node)) {
      if (!indexes.has(to)) visit(to);
      if (stack.includes(to)) lows.set(node, Math.min(lows.get(node)!, lows.get(to)!));
    }
    if (lows.get(node) !== indexes.get(node)) return;
    const component = stack.splice(stack.indexOf(node)).sort();
    if (component.length > 1 || next(node).includes(node)) found.push(component);
  };
  for (const node of nodes) if (!indexes.has(node)) visit(node);
  return found;
}
