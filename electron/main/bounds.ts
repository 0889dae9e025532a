import { screen, type BrowserWindow, type Rectangle } from 'electron';
import Store from 'electron-store';
import { z } from 'zod';

const Bounds = z.object({ x: z.int(), y: z.int(), width: z.int().min(400), height: z.int().min(300) });
const DEFAULT = { width: 1400, height: 900 };

/** What the shell remembers between starts: where the window was, never anything of a project. */
export interface Preferences {
  /** Where the window was, when that place is still on a screen; else the default size. */
  bounds(): Partial<Rectangle> & { readonly width: number; readonly height: number };
  /** Remembers where the window is when it closes. */
  follow(window: BrowserWindow): void;
}

/** Opens the preferences in the data folder; what is not readable counts as absent. */
export function openPreferences(folder: string): Preferences {
  const store = new Store<{ bounds?: unknown }>({ name: 'window', cwd: folder, clearInvalidConfig: true });
  return {
    bounds: () => {
      const saved = Bounds.safeParse(store.get('bounds'));
      if (!saved.success) return DEFAULT;
      const { workArea } = screen.getDisplayMatching(saved.data);
      const { x, y, width, height } = saved.data;
      const visible = x < workArea.x + workArea.width && x + width > workArea.x && y >= workArea.y && y < workArea.y + workArea.height;
      return visible ? saved.data : { width, height };
    },
    follow: (window) => { window.on('close', () => { store.set('bounds', window.getNormalBounds()); }); },
  };
}
