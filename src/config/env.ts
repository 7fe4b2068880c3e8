import { homedir } from 'node:os';
import { SECRET_VARIABLES, type SecretVariable, unlogged } from './secrets.ts';
import { SETTINGS } from './settings.ts';

/** What the environment says, sorted and not yet judged. */
export interface Environment {
  /** Settings by the names of their variables; empty ones count as not set. */
  settings: Readonly<Record<string, string>>;
  /** Shown in no log. */
  secrets: Readonly<Partial<Record<SecretVariable, string>>>;
  /** Variables of the programs that this one replaces, by name. */
  notNeeded: readonly string[];
  /** Variables with our prefix that mean nothing. */
  unknown: readonly string[];
  home: string;
  /** `XDG_STATE_HOME`, where it is an absolute path: others do not count, says the XDG specification. */
  xdgState: string | undefined;
  /** `LOCALAPPDATA` of Windows. */
  localAppData: string | undefined;
}

const NOT_NEEDED =
  /^(ORCHESTRATOR_URL|MCP_GATEWAY_URL|MCP_GATEWAY_TOKEN|FRONTEND_PORT|VITE_\w+|ORCHESTRATOR_MODEL|ORCHESTRATOR_WORKING_DIR|ANTHROPIC_API_KEY)$/;

const SETTING_VARIABLES: readonly string[] = Object.values(SETTINGS).map(({ variable }) => variable);

/** Reads every variable once; nothing else reads the environment. */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(source)) if (value?.trim()) texts.set(name, value.trim());
  const among = (names: readonly string[]) => Object.fromEntries([...texts].filter(([name]) => names.includes(name)));
  const known = [...SETTING_VARIABLES, ...SECRET_VARIABLES];
  const xdgState = texts.get('XDG_STATE_HOME');
  return {
    settings: among(SETTING_VARIABLES),
    secrets: unlogged(among(SECRET_VARIABLES)),
    notNeeded: [...texts.keys()].filter((name) => NOT_NEEDED.test(name)).sort(),
    unknown: [...texts.keys()].filter((name) => name.startsWith('FAIRLEAD_') && !known.includes(name)).sort(),
    home: homedir(),
    xdgState: xdgState?.startsWith('/') ? xdgState : undefined,
    localAppData: texts.get('LOCALAPPDATA'),
  };
}
