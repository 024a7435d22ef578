// Run in a network namespace of its own: two agents' rules on one kernel; prints what came of it.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutputRule } from '../../../packages/agent/src/endpoints/output-rule.js';

const ip = (...words: readonly string[]): string => execFileSync('ip', words, { encoding: 'utf8' });
const output = (): string => execFileSync('iptables', ['-t', 'nat', '-S', 'OUTPUT'], { encoding: 'utf8' });

ip('link', 'set', 'lo', 'up');
// A way out, as a host has: what has no route is never sent.
ip('link', 'add', 'out0', 'type', 'bridge');
ip('address', 'add', '192.0.2.9/24', 'dev', 'out0');
ip('link', 'set', 'out0', 'up');
ip('route', 'add', 'default', 'via', '192.0.2.1');

const server = createServer((_request, response) => response.end('first agent'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const one = new OutputRule('0123456789abcdef');
const two = new OutputRule('fedcba9876543210');
const first = await one.claim(port);
const second = await two.claim(port + 1);
const firstAgain = await one.claim(port);
const asked = await (await fetch('http://169.254.170.2/')).text();
const chains = [...output().matchAll(/-j (\S+)/g)].map((match) => match[1]);
await one.remove();
const left = output().trim();
const secondAfterwards = await two.claim(port);
console.log(JSON.stringify({ first, second, firstAgain, asked, chains, left, secondAfterwards }));
server.closeAllConnections();
server.close();
