export { CONSOLE_HOST, startWebConsole, type WebConsole, type WebConsoleOptions } from './server.ts';
