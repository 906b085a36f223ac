import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SchemaLookup } from '../../../services/lib/schema-lookup';

describe('a schema by its id', () => {
  let server: Server;
  let url: string;
  /** What the registry has read of its journal. */
  let known: Set<number>;
  let asked: number[];
  let authorization: string | undefined;
  let onRequest: (id: number) => void;

  beforeEach(async () => {
    known = new Set([1, 2]);
    asked = [];
    onRequest = () => {};
    server = createServer((request, response) => {
      const id = Number(/^\/ccompat\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1]);
      authorization = request.headers.authorization;
      asked.push(id);
      onRequest(id);
      response.statusCode = known.has(id) ? 200 : 404;
      if (Number.isNaN(id)) response.end('<html>no such page</html>');
      else response.end(JSON.stringify(known.has(id) ? { schema: `"${id}"` } : { error_code: 40403, message: '' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ccompat`;
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is asked for once where it is there', async () => {
    expect(await new SchemaLookup(url, 1).textOf(2)).toBe('"2"');
    expect(asked).toEqual([2]);
  });

  test('is unknown when the registry knows one that is surely there', async () => {
    expect(await new SchemaLookup(url, 1, 0).textOf(9)).toBeUndefined();
    expect(asked).toEqual([9, 1, 9]);
  });

  test('is not unknown to a registry that is reading its journal', async () => {
    known.clear();
    const lookup = new SchemaLookup(url, 1, 0);
    await expect(lookup.textOf(2)).rejects.toThrow('lacks schema 1, which it had');
    known.add(1).add(2);
    expect(await lookup.textOf(2)).toBe('"2"');
  });

  test('is found when the registry reads on between the questions', async () => {
    known.clear();
    onRequest = () => known.size === 0 && asked.length === 2 && known.add(1).add(2);
    expect(await new SchemaLookup(url, 1, 0).textOf(2)).toBe('"2"');
  });

  test('the highest id that was found is the one that must be there', async () => {
    const lookup = new SchemaLookup(url, 1, 0);
    await lookup.textOf(2);
    known.delete(2);
    await expect(lookup.textOf(9)).rejects.toThrow('lacks schema 2');
  });

  test('a registry is watched for a while before it is believed, and then at once', async () => {
    const lookup = new SchemaLookup(url, 1, 300);
    const timed = async (id: number) => {
      const began = performance.now();
      expect(await lookup.textOf(id)).toBeUndefined();
      return performance.now() - began;
    };
    expect(await timed(8)).toBeGreaterThan(290);
    // The least of several: one may be held up on a busy machine.
    expect(Math.min(await timed(9), await timed(10), await timed(11), await timed(12))).toBeLessThan(290);
  });

  test('an address where no registry is says nothing of schemas', async () => {
    await expect(new SchemaLookup(`${url}/elsewhere`, 1, 0).textOf(2)).rejects.toThrow('answered 404 for schema 2');
  });

  test('name and password of the address travel in a header', async () => {
    await new SchemaLookup(url.replace('//', '//cd:p%40ss@'), 1, 0).textOf(2);
    expect(authorization).toBe(`Basic ${Buffer.from('cd:p@ss').toString('base64')}`);
  });
});
