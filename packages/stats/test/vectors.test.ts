import { describe, expect, it } from 'vitest';
import { haveVectors, vectorDirectory } from './vectors/load.ts';
import { suites } from './vectors/suites.ts';

if (!haveVectors) console.log(`reference vectors skipped: ${vectorDirectory} does not exist`);

describe.skipIf(!haveVectors)('the library agrees with the reference vectors', () => {
  for (const { file, run } of suites) {
    it(`${file}.json`, () => {
      const { ran, of, failures } = run();
      console.log(`${file}.json: ${ran} of ${of} cases ran, ${failures.length} differences`);
      expect(failures).toEqual([]);
      expect(ran).toBe(of);
    });
  }
});
