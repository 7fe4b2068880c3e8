/**
 * The managed server: it fetches repositories, makes images, runs containers and routes requests to them.
 * Coolify's rules (`../jobs`) decide when and why; a machine only does, in real time, and tells what happened.
 * The pace at which Coolify shows it, and everything that Coolify writes into its own logs, is the rules' business.
 */
export interface Machine {
  /** Finds the commit that `ref` names. Throws {@link CommandFailed} with git's own words. */
  resolveCommit(source: GitSource, signal?: AbortSignal): Promise<Commit>;
  /** Makes an image from a commit; `onLine` hears the builder as it works. Throws {@link CommandFailed}. */
  build(request: BuildRequest, onLine: OnLine, signal?: AbortSignal): Promise<Image>;
  /**
   * Gets an image of the catalog. Throws {@link CommandFailed} in Docker's words for one that is not there, with
   * compose's exit code 18, as Coolify pulls through compose (deploy-image 45).
   */
  pull(reference: string, onLine: OnLine, signal?: AbortSignal): Promise<Image>;
  /** The images kept under a repository name (for a built application: its uuid), oldest first; without one: all. */
  images(repository?: string): Image[];
  removeImage(reference: string): Promise<void>;

  /**
   * Starts a container. It restarts by itself after an exit, with Docker's growing pause, unless `restart` is false.
   * Throws {@link CommandFailed} in Docker's words: name or published port taken, no such image, no such program.
   */
  run(spec: ContainerSpec): Promise<Container>;
  containers(): Container[];

  /** Sends what arrives for `host` to the containers named, in turn; none: the proxy answers 503 "no available server". */
  route(host: string, to: RouteTarget[]): void;
  unroute(host: string): void;
  /** Where the proxy listens; host names of applications have to be resolved to it. */
  readonly proxy: { readonly host: string; readonly port: number };

  /** Removes a named volume, or what was bound from a path of the managed server (both are folders of the machine's). */
  removeVolume(name: string): Promise<void>;
  /** Stops every container, the proxy and all builds, and removes what the machine made on disk. */
  close(): Promise<void>;
}

export type OnLine = (line: string, stream: 'stdout' | 'stderr') => void;

export interface GitSource {
  /** As Coolify would clone it; `--git <host>=<folder>` is applied by the machine through git's `insteadOf`. */
  url: string;
  /** A branch, or `HEAD`. */
  ref: string;
  /** A commit to check out instead of the branch's head. */
  commit?: string;
}

export interface Commit {
  sha: string;
  message: string;
}

export interface BuildRequest {
  /** `<application uuid>:<commit>`, Coolify's way to name what it builds. */
  reference: string;
  source?: GitSource;
  buildPack: 'nixpacks' | 'railpack' | 'static' | 'dockerfile' | 'dockercompose';
  /** Instead of `source`: the text of a Dockerfile. */
  dockerfile?: string;
  baseDirectory: string;
  /** `static`: the folder that is served. `nixpacks`, `railpack`: given when what the build leaves there is to be served. */
  publishDirectory?: string;
  dockerfileLocation?: string;
  /** `dockercompose`: where the compose file is; `/docker-compose.yaml` by default. */
  composeLocation?: string;
  /** Hears the Dockerfile as found and as it is carried out, with the variables as `ARG` (Coolify writes both to its log). */
  onDockerfile?: (found: string, final: string) => void;
  commands: { install?: string; build?: string; start?: string };
  /** A single-page application: unknown paths answer `index.html`. */
  spa?: boolean;
  variables: Record<string, string>;
  noCache?: boolean;
}

export interface Image {
  reference: string;
  repository: string;
  tag: string;
  /** When it was made, by the emulator's clock, in milliseconds since 1970. */
  createdAt: number;
  /** Ports that the image says it listens on. */
  exposes: number[];
  /** Of a compose build: what is to be run, those first that others depend on. */
  services?: ComposeService[];
}

/** A service of a compose file, with `${…}` filled in and, where it has a `build`, its image built. */
export interface ComposeService {
  name: string;
  image: string;
  /** How it is built, where it is: still to be done when this comes from `readCompose`. */
  build?: { context: string; dockerfile: string; variables: Record<string, string> };
  variables: Record<string, string>;
  command?: string | string[];
  entrypoint?: string[];
  labels: Record<string, string>;
  exposes: number[];
  published: { host: number; container: number }[];
  volumes: { source: string; target: string }[];
  healthCheck?: HealthCheck;
  /** Bytes. */
  memory?: number;
  restart: boolean;
  dependsOn: string[];
}

export interface ContainerSpec {
  name: string;
  /** Free text that the rules find containers by, as Docker labels. */
  labels: Record<string, string>;
  image: string;
  variables: Record<string, string>;
  /** Overrides the image's command, as words or as one line that is split into words as compose does. */
  command?: string | string[];
  entrypoint?: string[];
  /** Further names by which containers of the same `network` reach it; its own name is known to all. */
  aliases?: string[];
  /** `coolify` by default. */
  network?: string;
  /** The port that the program is expected to listen on inside; the machine maps it to a free one by `PORT` and its catalog. */
  port?: number;
  /** Bytes; above it the container is killed as out of memory (exit code 137). Absent: no limit. CPU is never limited. */
  memory?: number;
  /**
   * `source`: the name of a volume, or a path on the managed server (kept in the machine's folder, never this machine's own).
   * With `content`, `source` is a file that is written first.
   */
  volumes?: { source: string; target: string; content?: string }[];
  /** Published ports, `host` on this machine's loopback interface. */
  published?: { host: number; container: number }[];
  healthCheck?: HealthCheck;
  restart?: boolean;
}

/** Interval and start period are milliseconds of the emulator's clock; the timeout is of real time, as a probe is real work. */
export interface HealthCheck {
  kind: 'http' | 'cmd';
  path?: string;
  method?: string;
  port?: number;
  host?: string;
  scheme?: string;
  /** For `cmd`. */
  command?: string;
  /** 0 of Coolify means "any status below 400", as `curl -f` has it; another number is compared. */
  returnCode?: number;
  interval: number;
  timeout: number;
  retries: number;
  startPeriod: number;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly startedAt: number;
  state(): ContainerState;
  /** What it wrote, as `docker logs` tells it: newest `lines` last. */
  logs(options?: { lines?: number; timestamps?: boolean }): string;
  /** Resolves when `state` satisfies the condition, or rejects when the container is gone or the signal aborts. */
  waitFor(condition: (state: ContainerState) => boolean, signal?: AbortSignal): Promise<ContainerState>;
  /** Runs a command inside, as `docker exec … sh -c`. An exit code other than 0 is an answer, not an error. */
  exec(command: string, signal?: AbortSignal): Promise<{ exitCode: number; output: string }>;
  /** SIGTERM, and SIGKILL after the grace period (seconds of real time, 10 by default). */
  stop(graceSeconds?: number): Promise<void>;
  /** As from outside (`docker kill`): no restart follows. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export interface ContainerState {
  status: 'created' | 'running' | 'restarting' | 'exited' | 'removed';
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  exitCode: number | null;
  outOfMemory: boolean;
  restarts: number;
  /** The last health probes, newest last: exit code and output. */
  probes: { exitCode: number; output: string }[];
}

export interface RouteTarget {
  /** Its name or id. */
  container: string;
  port: number;
}

/** A command of the machine's that ended badly: what ran, what it said, how it ended. */
export class CommandFailed extends Error {
  override name = 'CommandFailed';
  readonly command: string;
  readonly exitCode: number;
  readonly output: string;
  constructor(command: string, exitCode: number, output: string) {
    super(`${command} ended with ${exitCode}: ${output}`);
    this.command = command;
    this.exitCode = exitCode;
    this.output = output;
  }
}
