import './app/schemas-without-eval.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from '../shared/contracts/client.ts';
import { HostContext } from './app/api.ts';
import { createCache } from './app/cache.ts';
import { connectHost } from './app/connection.ts';
import { DialogHost } from './app/dialogs.tsx';
import { Notifications, Shell } from './app/shell/Shell.tsx';
import { ThemeProvider } from './app/theme.tsx';
import { features } from './features/index.ts';

const connection = connectHost(window);
const host = { connection, api: createClient(connection, { set: (fn, ms) => setTimeout(fn, ms), clear: (handle) => clearTimeout(handle as number) }) };
const cache = createCache();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <HostContext.Provider value={host}>
        <QueryClientProvider client={cache}>
          <ThemeProvider>
            <DialogHost dialogs={features.dialogs}><Shell features={features} /></DialogHost>
            <Notifications />
          </ThemeProvider>
        </QueryClientProvider>
      </HostContext.Provider>
    </StrictMode>,
  );
}
