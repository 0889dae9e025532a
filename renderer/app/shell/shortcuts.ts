import { useEffect } from 'react';

/** What the keys of the shell do. */
export interface ShortcutTargets {
  /** F6 and Shift+F6: 1 forward, -1 back. */
  readonly movePane: (step: 1 | -1) => void;
  /** Ctrl+1 ... Ctrl+9, from 0. */
  readonly openTab: (index: number) => void;
  /** F5. */
  readonly refresh: () => void;
  /** Ctrl+F; false when the tab has no filter. */
  readonly focusFilter: () => boolean;
  /** A key that a command claims, e.g. `Alt+Enter`; false when none does. */
  readonly command: (shortcut: string) => boolean;
  /** Ctrl+Shift+P: the list of commands. */
  readonly commandList: () => void;
}

/** Listens for the keys of the shell. They rest while a dialog or a menu is open. */
export function useShortcuts(targets: ShortcutTargets): void {
  useEffect(() => {
    const onKey = (e: KeyboardEvent): void => {
      if (e.defaultPrevented || document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]')) {
        if (e.key === 'F5' && !e.ctrlKey) e.preventDefault();
        return;
      }
      const ctrl = e.ctrlKey || e.metaKey;
      const typing = e.target instanceof HTMLElement && e.target.matches('input,textarea,[contenteditable]');
      const done = ((): boolean => {
        if (e.key === 'F6') { targets.movePane(e.shiftKey ? -1 : 1); return true; }
        if (e.key === 'F5' && !ctrl) { targets.refresh(); return true; }
        if (ctrl && e.shiftKey && e.key.toLowerCase() === 'p') { targets.commandList(); return true; }
        if (ctrl && !e.shiftKey && /^[1-9]$/.test(e.key)) { targets.openTab(Number(e.key) - 1); return true; }
        if (ctrl && !e.shiftKey && e.key.toLowerCase() === 'f') return targets.focusFilter();
        if (e.altKey && e.key === 'Enter') return targets.command('Alt+Enter');
        if (e.key === 'Delete' && !typing) return targets.command('Delete');
        return false;
      })();
      if (done) e.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [targets]);
}
