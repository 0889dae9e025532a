import { Menu, MenuDivider, MenuGroup, MenuItem, MenuList, MenuPopover, Text } from '@fluentui/react-components';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { useCommands, type Command } from './commands.ts';

/** Where a menu opens, in pixels of the window. */
export interface MenuPoint { readonly x: number; readonly y: number }

const MenuContext = createContext<(at: MenuPoint) => void>(() => undefined);

/** Opens the context menu of what is chosen: the same commands as in the Actions pane. */
export function useCommandMenu(): (at: MenuPoint) => void {
  return useContext(MenuContext);
}

/** Commands by their headings, in the order of the registry. */
export function grouped(commands: readonly Command[]): readonly (readonly [string, readonly Command[]])[] {
  return [...Map.groupBy(commands, (command) => command.group)];
}

/** Holds the one context menu of the window. */
export function CommandMenuHost({ children }: { readonly children: ReactNode }): ReactNode {
  const [at, setAt] = useState<MenuPoint | null>(null);
  const opener = useRef<Element | null>(null);
  const open = useCallback((point: MenuPoint) => { opener.current = document.activeElement; setAt(point); }, []);
  const target = useMemo(() => (at ? { getBoundingClientRect: () => ({ x: at.x, y: at.y, left: at.x, right: at.x, top: at.y, bottom: at.y, width: 0, height: 0 }) } : null), [at]);
  const close = (): void => {
    setAt(null);
    if (opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true });
  };
  return (
    <MenuContext.Provider value={open}>
      {children}
      {target ? (
        <section aria-label="Context menu">
        <Menu open inline onOpenChange={(_, data) => { if (!data.open) close(); }} positioning={{ target, position: 'below', align: 'start', strategy: 'fixed' }}>
          <MenuPopover><Items onDone={close} /></MenuPopover>
        </Menu>
        </section>
      ) : null}
    </MenuContext.Provider>
  );
}

function Items({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { here, context, run } = useCommands();
  return (
    <MenuList aria-label="Actions for the selection">
      {grouped(here).map(([group, commands], i) => (
        <MenuGroup key={group} aria-label={group}>
          {i > 0 ? <MenuDivider /> : null}
          {commands.map((command) => {
            const reason = command.disabledReason(context);
            return (
              <MenuItem key={command.id} icon={<command.icon />} disabled={reason !== null} {...(command.shortcut ? { secondaryContent: command.shortcut } : {})}
                onClick={() => { onDone(); run(command); }}>
                {command.title}{reason ? <Text size={200} block wrap>{reason}</Text> : null}
              </MenuItem>
            );
          })}
        </MenuGroup>
      ))}
    </MenuList>
  );
}
