#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// An agent has little to forget: a young generation that does not grow saves 20 MB resident on every host.
setFlagsFromString('--semi-space-growth-factor=1');
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
