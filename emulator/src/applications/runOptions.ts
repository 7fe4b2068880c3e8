/**
 * What Coolify makes of `custom_docker_run_options`: a handful of options, each value ending at its first blank or dash; all
 * others are dropped without a word (coolify.md 12; recorded: runtime 11–50).
 */
export interface RunOptions {
  capAdd: string[];
  capDrop: string[];
  securityOpt: string[];
  sysctls: Record<string, string>;
  /** `nofile` → `1024:2048`. */
  ulimits: Record<string, string>;
  devices: string[];
  dns: string[];
  init: boolean;
  privileged: boolean;
  shmSize?: string;
  hostname?: string;
}

export function readRunOptions(text: string | null): RunOptions {
  const found = new Map<string, string[]>();
  for (const [, name = '', value] of (text ?? '').matchAll(/(--\w+(?:-\w+)*)(?:\s|=)?([^\s-]+)?/g))
    found.set(name, [...(found.get(name) ?? []), ...(value === undefined ? [] : [value])]);
  const list = (name: string) => [...new Set(found.get(name) ?? [])];
  const pairs = (name: string) =>
    Object.fromEntries(list(name).map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
  const hostname = /--hostname(?:=|\s+)(\S+)/.exec(text ?? '')?.[1];
  const [shmSize] = list('--shm-size');
  return {
    capAdd: list('--cap-add'),
    capDrop: list('--cap-drop'),
    securityOpt: list('--security-opt'),
    sysctls: pairs('--sysctl'),
    ulimits: pairs('--ulimit'),
    devices: list('--device'),
    dns: list('--dns'),
    init: found.has('--init'),
    privileged: found.has('--privileged'),
    ...(shmSize === undefined ? {} : { shmSize }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}
