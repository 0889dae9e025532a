import { contextBridge, ipcRenderer } from 'electron';
import { createBridge, type PagePort } from './bridge.ts';

/*
 * Runs sandboxed in each page before the page's own scripts. It never hands ipcRenderer or a port to the page.
 * Electron's binary is on none of the machines that run the tests: what is tested is bridge.ts.
 */
const bridge = createBridge();
ipcRenderer.on('causeway:port', (event) => {
  // A DOM MessagePort; this compiler environment has no DOM.
  const [port] = event.ports as unknown as readonly PagePort[];
  if (port) bridge.attach(port);
});
ipcRenderer.on('causeway:host-gone', () => { bridge.detach(); });
contextBridge.exposeInMainWorld('causeway', bridge.api);
ipcRenderer.send('causeway:ready');
