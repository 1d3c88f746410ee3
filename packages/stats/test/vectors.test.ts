import { describe, expect, it } from 'vitest';
import { haveVectors, loadCases, vectorDirectory } from './vectors/load.ts';
import { suites } from './vectors/suites.ts';

if (!haveVectors) console.log(`reference vectors skipped: ${vectorDirectory} does not exist`);

describe.skipIf(!haveVectors)('the library agrees with the reference vectors', () => {
  it('of which there are 1,261 in 19 files', () => {
    const cases = suites.map(({ file }) => loadCases(file).length);
    expect(cases.length).toBe(19);
    expect(cases.reduce((sum, count) => sum + count, 0)).toBe(1261);
  });

  for (const { file, run } of suites) {
    it(`${file}.json`, () => {
      const { ran, of, failures } = run();
      console.log(`${file}.json: ${ran} of ${of} cases ran, ${failures.length} differences`);
      expect(failures).toEqual([]);
      expect(ran).toBe(of);
    });
  }
});
