/** Largest frame that the host accepts, in bytes (16 MiB): far above the largest input of the contract, far below what would exhaust a process. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** Path of the WebSocket in the web console. */
export const RPC_PATH = '/rpc';
/** Stands for the nonce of each load in the window's `index.html`; whoever serves the page replaces it. */
export const NONCE_PLACEHOLDER = '__NONCE__';
