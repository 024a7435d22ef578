export { type Config, parseConfig } from './config/config.js';
export { loadConfig } from './config/load.js';
export { main } from './main.js';
export { type RunningServer, type ServerParts, startServer } from './server.js';
