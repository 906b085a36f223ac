import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  findPortHolder,
  isPortFree,
  requireFreePort,
  socketInodes,
  takenPortSentence,
} from '../../../../infra/local/port-holder';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:2384 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 5002 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:D431 0100007F:2384 01 00000000:00000000 00:00000000 00000000     0        0 5003 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:D432 0100007F:2384 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
`;

describe('socketInodes', () => {
  test.each([
    { name: 'the listener, not its connections', port: 0x2384, inodes: ['5001'] },
    { name: 'an outgoing connection that was given the port', port: 0xd431, inodes: ['5003'] },
    { name: 'nothing for a connection that is closing', port: 0xd432, inodes: [] },
    { name: 'nothing for a free port', port: 9999, inodes: [] },
  ])('$name', ({ port, inodes }) => {
    expect(socketInodes(table, port)).toEqual(inodes);
  });
});

describe('takenPortSentence', () => {
  test('a part of another stack: who, where, and how to stop it', () => {
    const holder = { pid: 42, command: 'java', stack: { dir: '/home/me/a/.local', part: 'kafka' } };
    expect(takenPortSentence(9092, 'kafka', holder)).toBe(
      'Port 9092, which kafka needs, is taken by kafka of the stack in /home/me/a/.local (process 42): stop that stack ' +
        'with `make down STACK_DIR=/home/me/a/.local`, or choose other ports with STACK_PORT_OFFSET.',
    );
  });

  test('any other process: its number and command', () => {
    expect(takenPortSentence(8080, 'ingest', { pid: 42, command: 'python3 -m http.server 8080' })).toBe(
      'Port 8080, which ingest needs, is taken by process 42 (python3 -m http.server 8080): end it, or choose other ports with STACK_PORT_OFFSET.',
    );
  });

  test('a long command is shortened', () => {
    expect(takenPortSentence(8080, 'ingest', { pid: 42, command: 'x'.repeat(500) })).toContain(`(${'x'.repeat(79)}…)`);
  });

  test('a process that cannot be seen', () => {
    expect(takenPortSentence(8080, 'ingest', undefined)).toBe(
      'Port 8080, which ingest needs, is taken by a process that cannot be seen from here: end it, or choose other ports with STACK_PORT_OFFSET.',
    );
  });
});

describe('a port in use', () => {
  let server: Server;
  let port = 0;
  beforeEach(async () => {
    server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    server.close();
  });

  test('is not free, and this process has it', async () => {
    expect(await isPortFree('127.0.0.1', port)).toBe(false);
    expect(findPortHolder(port)?.pid).toBe(process.pid);
    await expect(requireFreePort('127.0.0.1', port, 'ingest')).rejects.toThrow(
      `Port ${port}, which ingest needs, is taken by process ${process.pid} (`,
    );
  });

  test('is free once it is closed, also while a connection to it still lingers', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'close');
    server.close();
    await once(server, 'close');
    expect(await isPortFree('127.0.0.1', port)).toBe(true);
    await requireFreePort('127.0.0.1', port, 'ingest');
  });
});
