/**
 * A small model of Coolify's rules for projects, environments, applications, variables and deployments, written from the
 * recordings alone: it knows nothing of how the emulator does it. It says which status and words a call has to get, and keeps
 * what there must be afterwards.
 */

export interface Variable {
  key: string;
  value: string | null;
  preview: boolean;
  literal: boolean;
  uuid: string | undefined;
}

export interface Deployment {
  status: 'queued' | 'in_progress' | 'finished' | 'failed' | 'cancelled-by-user';
  commit: string;
  rollback: boolean;
  uuid: string;
}

export interface Application {
  uuid: string;
  name: string;
  environment: Environment;
  tag: string;
  variables: Variable[];
  /** Oldest first. */
  deployments: Deployment[];
}

export interface Environment {
  name: string;
  project: Project;
}

export interface Project {
  uuid: string;
  name: string;
  description: string;
  environments: Environment[];
}

export interface Database {
  uuid: string;
  /** Whether its image can be had. */
  runnable: boolean;
  /** What Coolify saw last: start and stop are judged by this, not by what runs. */
  seen: 'running' | 'exited';
  /** What runs once the jobs under way have ended. */
  runs: boolean;
  /** Gone once its job has ended. */
  deleted: boolean;
}

export interface World {
  projects: Project[];
  applications: Application[];
}

/** Recorded: projects 5–13: 3 to 255 characters of a certain kind. */
export function isName(name: string): boolean {
  return [...name].length >= 3 && [...name].length <= 255 && /^[\p{L}\p{M}\p{N}\s\-_./@&()#,:+]+$/u.test(name);
}

/** Recorded: envs 12–20. */
export function isKey(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(key);
}

export function applicationsIn(world: World, where: Environment | Project): Application[] {
  return world.applications.filter(({ environment }) => environment === where || environment.project === where);
}

export function variable(application: Application, key: string, preview: boolean): Variable | undefined {
  return application.variables.find((one) => one.key === key && one.preview === preview);
}

/** A production variable brings a twin for previews, unless there is one (recorded: envs 3–5, 37). */
export function addVariable(application: Application, given: Omit<Variable, 'uuid'>, uuid: string | undefined): void {
  application.variables.push({ ...given, uuid });
  if (!given.preview && variable(application, given.key, true) === undefined)
    application.variables.push({ ...given, preview: true, uuid: undefined });
}

export function isActive({ status }: Deployment): boolean {
  return status === 'queued' || status === 'in_progress';
}

/** One at a time of an application, two at a time on the server, in the order in which they came (coolify.md 3.2). */
export function startNext(world: World, order: Deployment[]): void {
  const running = () => order.filter(({ status }) => status === 'in_progress').length;
  for (const deployment of order) {
    if (deployment.status !== 'queued' || running() >= 2) continue;
    const own = world.applications.find(({ deployments }) => deployments.includes(deployment));
    if (own === undefined || own.deployments.some(({ status }) => status === 'in_progress')) continue;
    deployment.status = 'in_progress';
  }
}
