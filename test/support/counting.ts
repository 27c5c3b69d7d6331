/**
 * How often a store is asked.
 */
import type { Store } from '../../src/store/store.ts';

/** A store whose questions are counted. */
export interface CountingStore extends Store {
  /** How often it is asked while this runs; the first time warms up what is kept. */
  costOf(run: () => Promise<unknown>): Promise<number>;
}

/** Counts what the reading transactions of a store are asked. */
export function countingStore(store: Store): CountingStore {
  let asked = 0;
  /** Counts what functions of the object, and of the objects in it, are called. */
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value === 'object' && value !== null) return counted(value);
        if (typeof value !== 'function') return value;
        return async (...parameters: unknown[]): Promise<unknown> => {
          asked++;
          const answer: unknown = await Reflect.apply(value, of, parameters);
          // Each collection of a path but two is looked for by itself.
          if (name === 'along' && Array.isArray(answer)) asked += answer.length;
          return answer;
        };
      },
    });
  return {
    ...store,
    read: (work) => store.read((tx) => work(counted(tx))),
    async costOf(run) {
      await run();
      asked = 0;
      await run();
      return asked;
    },
  };
}
