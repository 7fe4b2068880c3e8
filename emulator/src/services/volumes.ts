/** A volume of a compose file in its short form. */
export interface VolumeText {
  source: string;
  target: string;
  mode?: string;
}

const modes = /^(ro|rw|z|Z|rslave|rprivate|rshared|slave|private|shared|cached|delegated|consistent)$/;

/** `data:/var/lib`, `./conf:/etc/conf:ro`, `${DATA:-./data}:/data`; one without a colon is both source and target. */
export function readVolumeText(text: string): VolumeText {
  const [, head, rest] = /^(\$\{[^}]+:-[^}]*\}|[^:]*)(?::(.*))?$/s.exec(text.trim()) ?? [];
  if (head === undefined || rest === undefined) return { source: text.trim(), target: text.trim() };
  const colon = rest.lastIndexOf(':');
  const mode = colon === -1 ? undefined : rest.slice(colon + 1);
  const isMode = mode !== undefined && modes.test(mode);
  return {
    source: withDefault(head),
    target: isMode ? rest.slice(0, colon) : rest,
    ...(isMode ? { mode } : {}),
  };
}

/** A path of the managed server, not the name of a volume. */
export function isPath(source: string): boolean {
  return /^(\.|\/|~)/.test(source);
}

/** `./x` and `~/x` lie in the service's folder. */
export function pathIn(folder: string, source: string): string {
  const path = source.replace(/^[.~]/, folder);
  return path === '/' ? path : path.replace(/\/$/, '');
}

function withDefault(source: string): string {
  const [, name, usual] = /^\$\{([^}]+?):-([^}]*)\}$/.exec(source) ?? [];
  if (name === undefined) return source;
  return usual || `\${${name}}`;
}
