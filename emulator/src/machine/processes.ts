import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

/** Whether `/proc` tells of processes and sockets; elsewhere what needs it is unknown. */
export const seesProcesses = process.platform === 'linux';

/** Sends SIGKILL, or another signal, to a whole process group; one that is gone is no error. */
export function killGroup(group: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // macOS says EPERM for a group of which only zombies are left.
    if (!isCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

/** Ends every process whose environment holds `mark` (`NAME=value`), wherever it has moved; only where `/proc` shows it. */
export function killMarked(mark: string): void {
  if (!seesProcesses) return;
  for (const pid of processIds()) {
    if (!readProc(pid, 'environ').split('\0').includes(mark)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!isCode(error, 'ESRCH')) throw error;
    }
  }
}

/** The processes of a group and all their descendants. */
export function membersOf(group: number): number[] {
  const table = processIds().flatMap((pid) => {
    // `pid (name) state parent group …`; the name may hold anything, a parenthesis too.
    const [, parent, itsGroup] = readProc(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    return parent === undefined ? [] : [{ pid, parent: Number(parent), group: Number(itsGroup) }];
  });
  const members = new Set(table.filter((row) => row.group === group).map((row) => row.pid));
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const row of table) if (members.has(row.parent)) members.add(row.pid);
  }
  return [...members];
}

/** Bytes of memory that the processes of each group hold for themselves (what a memory limit counts). */
export async function memoryOf(groups: number[]): Promise<Map<number, number>> {
  if (seesProcesses) {
    return new Map(
      groups.map((group) => [group, membersOf(group).reduce((sum, pid) => sum + ownMemory(pid), 0)] as const),
    );
  }
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(
    groups.map((group) => [
      group,
      rows.reduce((sum, [itsGroup, kilobytes]) => sum + (itsGroup === group ? (kilobytes ?? 0) * 1024 : 0), 0),
    ]),
  );
}

export interface Listener {
  /** `0.0.0.0` for every address, IPv6's `::` too. */
  address: string;
  port: number;
}

/** Where the processes of a group listen; undefined where this system does not tell. */
export function listenersOf(group: number): Listener[] | undefined {
  if (!seesProcesses) return undefined;
  const sockets = new Set(membersOf(group).flatMap(socketsOf));
  return ['tcp', 'tcp6'].flatMap((table) => parseListeners(readFile(`/proc/net/${table}`), sockets));
}

/** Reads `/proc/net/tcp` or `tcp6`: those that listen and whose inode is among `sockets`. */
export function parseListeners(table: string, sockets: ReadonlySet<string>): Listener[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== '0A' || local === undefined || inode === undefined || !sockets.has(inode)) return [];
    const [address = '', port = ''] = local.split(':');
    return [{ address: readableAddress(address), port: Number.parseInt(port, 16) }];
  });
}

/** The kernel writes addresses as 32-bit words in the machine's own byte order (little-endian on all that Node runs on). */
function readableAddress(hex: string): string {
  if (/^0+$/.test(hex)) return '0.0.0.0';
  const lastWord = hex.slice(-8);
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(lastWord.slice(at, at + 2), 16));
  if (hex.length === 8 || hex.slice(0, 24) === '0000000000000000FFFF0000') return bytes.join('.');
  return hex === '00000000000000000000000001000000' ? '::1' : hex;
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function ownMemory(pid: number): number {
  const status = readProc(pid, 'status');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024;
}

function socketsOf(pid: number): string[] {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'EACCES', 'ESRCH')) return [];
    throw error;
  }
  return descriptors.flatMap((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return [];
      throw error;
    }
  });
}

function readProc(pid: number, file: string): string {
  return readFile(`/proc/${pid}/${file}`);
}

/** Empty for what has gone meanwhile or is not ours to read. */
function readFile(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return '';
    throw error;
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
