import { plainLabels, portOf } from '../applications/labels.ts';
import { hex, sha256, uuid } from '../ids.ts';
import { CommandFailed, type Container, type GitSource, type Image } from '../machine/machine.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Deployment } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { buildAt, checkDisk, imageOf, referenceOf, sourceOf } from './buildRequest.ts';
import {
  containerName,
  containersOf,
  graceOf,
  removeContainer,
  runContainer,
  specsOf,
  updateRoutes,
} from './containers.ts';
import { createDeploymentLog, type DeploymentLog, doubleRule, rule } from './deploymentLog.ts';
import { tellDeployment } from './deploymentNotice.ts';
import { checkDockerOptions } from './dockerOptions.ts';
import { dockerVersion } from './dockerVersions.ts';
import { Cancelled } from './queue.ts';
import { isFunctional } from './reachability.ts';
import { refreshStatus } from './status.ts';
import { checkEnvironmentFile, productionVariables } from './variables.ts';

/** One deployment under way. `until` waits for a moment of the recorded pace, in seconds after its start. */
interface Run {
  world: World;
  deployment: Deployment;
  application: Application;
  log: DeploymentLog;
  signal: AbortSignal;
  ended: () => void;
  folder: string;
  inHelper(command: string): string;
  until(seconds: number): Promise<void>;
}

/** A deployment that failed without an exception of Coolify's: what there is to say has been said. */
class Unhealthy extends Error {
  override name = 'Unhealthy';
}

/** Where in Coolify's program a command failed; stands in the hidden lines (recorded: deploy-git 10, 35; deploy-image 45). */
const origins = {
  clone: ['ApplicationDeploymentJob.php(2426)', 'ApplicationDeploymentJob.php(914)', 'clone_repository'],
  build: ['ApplicationDeploymentJob.php(3951)', 'ApplicationDeploymentJob.php(929)', 'build_image'],
} as const;
type Origin = keyof typeof origins;

/**
 * Carries out one deployment: Coolify's steps at their recorded pace on the emulator's clock, the machine's work in real time;
 * whichever takes longer rules. The row, its log and the application's row end as Coolify leaves them. `ended` is told as soon
 * as the state is final: the next in the queue does not wait for the clearing up.
 */
export async function runDeployment(
  world: World,
  deployment: Deployment,
  application: Application,
  signal: AbortSignal,
  ended: () => void,
): Promise<void> {
  const { clock } = world;
  const started = clock.now();
  const log = createDeploymentLog(deployment, clock);
  const folder = `/artifacts/${deployment.deployment_uuid}`;
  const run: Run = {
    world,
    deployment,
    application,
    log,
    signal,
    ended,
    folder,
    inHelper: (command) => `docker exec ${deployment.deployment_uuid} bash -c '${command}'`,
    until: (seconds) => clock.sleep(Math.max(0, started + seconds * 1000 - clock.now()), signal),
  };
  const name = containerName(application, started);
  try {
    await run.until(deployment.rollback ? 1.3 : 1.1);
    await prepare(run);
    if (application.build_pack === 'dockerimage') await deployImage(run, name);
    else await deployBuilt(run, name);
    await finish(run);
  } catch (error) {
    if (signal.aborted) return await abandon(run, name);
    await fail(run, name, error);
  }
}

async function prepare(run: Run): Promise<void> {
  const { world, deployment, application, log } = run;
  const server = serverOf(world, destinationOf(world, application));
  deployment.horizon_job_id = uuid();
  deployment.horizon_job_worker = 'vm';
  deployment.current_process_id = String(1000 + deployment.id);
  if (!isFunctional(server)) {
    log.say('Server is not functional.');
    throw new Error('Server is not functional.');
  }
  if (world.faults.unreachable.has(server.uuid))
    throw new CommandFailed('ssh', 255, `Server is not reachable: ${server.name}`);
  Object.assign(application, { restart_count: 0, last_restart_at: null, last_restart_type: null });
  const now = rowTime(world.clock.now());
  Object.assign(server.settings, { docker_version: dockerVersion, docker_version_checked_at: now, updated_at: now });
  log.say(`Docker ${dockerVersion}+dfsg1 with BuildKit and Buildx detected on deployment server (${server.name}).`);
  log.say(`Starting deployment of ${subject(application)} to ${server.name}.`);
  await run.until(1.8);
  log.say('Preparing container with helper image: docker.io/coollabsio/coolify-helper:1.0.15');
  const helper = deployment.deployment_uuid;
  await run.until(2);
  log.command(`docker stop --time=30 ${helper}`, 'stderr', [
    `Error response from daemon: No such container: ${helper}`,
  ]);
  await run.until(2.25);
  log.command(
    `docker run -d --network 'coolify' --name ${helper}  --rm -v /root/.docker/buildx:/root/.docker/buildx -v /var/run/docker.sock:/var/run/docker.sock docker.io/coollabsio/coolify-helper:1.0.15`,
    'stdout',
    [hex(32)],
  );
}

function subject(application: Application): string {
  if (application.build_pack === 'dockerimage') return imageOf(application);
  return application.dockerfile === null ? `${application.git_repository}:${application.git_branch}` : application.name;
}

async function deployImage(run: Run, name: string): Promise<void> {
  const { world, application, deployment, log, folder } = run;
  const reference = imageOf(application);
  await run.until(3.5);
  log.note('Creating .env file with runtime variables for container.');
  application.custom_labels = Buffer.from(plainLabels(application.custom_labels)).toString('base64');
  await rollingUpdate(run, name, 4, async () => {
    await wait(run, 0.2);
    log.say('Pulling latest images from the registry.');
    const pull = `docker compose --project-name ${application.uuid} --project-directory ${folder} pull`;
    await wait(run, 0.4);
    const failing = (error: unknown) => {
      const [command, output] = error instanceof CommandFailed ? [run.inHelper(pull), error.output] : ['', ''];
      return { command, output };
    };
    try {
      checkEnvironmentFile(world, application, folder);
      checkDockerOptions(application, folder, name, 'pull');
    } catch (error) {
      const { command, output } = failing(error);
      log.command(command, 'stderr', [output]);
      throw new StartFailed(command, error);
    }
    try {
      checkDisk(world, 'docker compose pull', 'failed to register layer: write /usr/lib');
      await world.working(world.machine.pull(reference, () => {}, run.signal));
      log.command(run.inHelper(pull), 'stderr', [`${name} Pulling`, `${name} Pulled`]);
    } catch (error) {
      const { command, output } = failing(error);
      log.command(command, 'stderr', [
        `${name} Pulling`,
        `${name} Error ${output.replace(/^Error response from daemon: /, '')}`,
        output,
      ]);
      throw new StartFailed(command, error);
    }
    return { image: { reference }, commit: deployment.commit };
  });
}

/**
 * From a repository or a Dockerfile's text. Recorded for a Dockerfile build only: the other build packs take its form and pace.
 */
async function deployBuilt(run: Run, name: string): Promise<void> {
  const { world, application, deployment, log } = run;
  if (application.dockerfile === null) await importRepository(run, sourceOf(application, deployment.commit));
  const reference = referenceOf(application, deployment.commit);
  let image: Pick<Image, 'reference' | 'services'> = { reference };
  const kept = world.machine.images(application.uuid).some((image) => image.reference === reference);
  const changed = configurationHash(world, application) !== application.config_hash;
  const skip = kept && !changed && !deployment.force_rebuild && application.dockerfile === null;
  application.custom_labels = Buffer.from(plainLabels(application.custom_labels)).toString('base64');
  if (skip) {
    await run.until(4.6);
    log.command(`docker images -q ${reference} 2>/dev/null`, 'stdout', [hex(6)]);
    log.say(
      `No build configuration changed & image found (${reference}) with the same Git Commit SHA. Build step skipped.`,
    );
    await run.until(5.5);
  } else {
    image = await build(run, reference, kept && changed);
  }
  log.note('Creating .env file with runtime variables for container.');
  if (image.services !== undefined) return await replaceStack(run, name, image);
  await rollingUpdate(run, name, skip ? 6.2 : 9.1, async () => ({ image, commit: deployment.commit }));
}

/** The containers of a compose file have names that others rely on: the old ones go before the new ones come. */
async function replaceStack(run: Run, name: string, image: Pick<Image, 'reference' | 'services'>): Promise<void> {
  const { world, application, deployment, log } = run;
  await run.until(9.1);
  await removeOld(run, containersOf(world, application));
  log.say('Starting new application.');
  await up(run, name, image, deployment.commit, []);
}

async function importRepository(run: Run, source: GitSource): Promise<void> {
  const { world, application, deployment, log, folder } = run;
  const label = `${application.git_repository}:${application.git_branch}`;
  const head = world
    .working(world.machine.resolveCommit({ url: source.url, ref: source.ref }, run.signal))
    .catch((error: unknown) => error);
  await run.until(2.9);
  const found = await head;
  if (!(found instanceof Error)) {
    const { sha } = found as { sha: string };
    log.command(run.inHelper(`git ls-remote ${source.url} ${source.ref}`), 'stdout', [
      `${sha}\trefs/heads/${source.ref}`,
    ]);
    if (deployment.commit === 'HEAD') deployment.commit = sha;
  }
  log.say(rule);
  log.say(`Importing ${label} (commit sha ${deployment.commit}) to ${folder}.`);
  const clone = run.inHelper(
    `git -c http.version=HTTP/1.1 clone --depth=1 --recurse-submodules --shallow-submodules -b '\\''${source.ref}'\\'' '\\''${source.url}'\\'' '\\''${folder}'\\'''`,
  );
  await run.until(3.3);
  try {
    if (found instanceof Error) throw found;
    const commit = await world.working(
      world.machine.resolveCommit({ ...source, commit: deployment.commit }, run.signal),
    );
    log.command(clone, 'stderr', [
      `Cloning into '${folder}'...`,
      `From ${source.url.replace(/\.git$/, '')}\n * branch            ${commit.sha} -> FETCH_HEAD`,
    ]);
    await run.until(4.3);
    log.command(run.inHelper(`cd ${folder} && git log -1 '\\''${commit.sha}'\\'' --pretty=%B`), 'stdout', [
      commit.message,
    ]);
    for (const same of world.state.deployments.filter(
      (d) => d.application_id === deployment.application_id && d.commit === commit.sha,
    )) {
      same.commit_message = commit.message;
      same.updated_at = rowTime(world.clock.now());
    }
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    log.command(clone, 'stderr', [`Cloning into '${folder}'...`, error.output]);
    throw new CommandOfJobFailed(clone, error.exitCode, error.output, 'clone');
  }
}

async function build(run: Run, reference: string, outdated: boolean): Promise<Image> {
  const { world, application, deployment, log, folder } = run;
  await run.until(4.6);
  log.say(
    outdated ? 'Build configuration changed. Rebuilding image.' : `Image not found (${reference}). Building new image.`,
  );
  const lines: string[] = [];
  const work = world
    .working(
      buildAt(world, application, deployment.commit, {
        noCache: deployment.force_rebuild || application.settings.disable_build_cache,
        onLine: (line) => lines.push(line),
        signal: run.signal,
      }),
    )
    .catch((error: unknown) => error as Error);
  await run.until(6);
  log.note('Creating build-time .env file in /artifacts (outside Docker context).');
  await run.until(7);
  log.note('Final Dockerfile:');
  await run.until(7.5);
  log.say(rule);
  log.say('Building docker image started.');
  log.say('To check the current progress, click on Show Debug Logs.');
  await run.until(8.2);
  const script = run.inHelper('bash /artifacts/build.sh');
  log.command(run.inHelper('cat /artifacts/build.sh'), 'stdout', [
    `cd ${folder} && DOCKER_BUILDKIT=1 docker build --progress plain -t ${reference} ${folder}`,
  ]);
  const result: Image | Error = await work;
  await run.until(8.8);
  if (result instanceof Error) {
    if (!(result instanceof CommandFailed)) throw result;
    log.command(script, 'stderr', [...(lines.length > 0 ? [lines.join('\n')] : []), result.output]);
    throw new CommandOfJobFailed(script, result.exitCode, [...lines, result.output].join('\n'), 'build');
  }
  log.command(script, 'stderr', [lines.join('\n')]);
  log.say('Building docker image completed.');
  return result;
}

/**
 * The new container beside the old, then the old one away; with ports of the host mapped the other way round, and then
 * nothing is waited for (recorded: deploy-image 6–64, runtime 90, 95).
 */
async function rollingUpdate(
  run: Run,
  name: string,
  at: number,
  obtain: () => Promise<{ image: Pick<Image, 'reference' | 'services'>; commit: string }>,
): Promise<void> {
  const { world, application, log } = run;
  const old = containersOf(world, application);
  const mapped = application.ports_mappings !== null;
  await run.until(at);
  log.say(rule);
  if (mapped) {
    log.say('Application has ports mapped to the host system, rolling update is not supported.');
    await removeOld(run, old);
  } else {
    log.say('Rolling update started.');
  }
  const { image, commit } = await obtain();
  const [container] = await up(run, name, image, commit, old);
  if (mapped) return;
  if (application.health_check_enabled && container !== undefined) await waitForHealth(run, container);
  await removeOld(run, old);
  log.say('Rolling update completed.');
}

async function up(
  run: Run,
  name: string,
  image: Pick<Image, 'reference' | 'services'>,
  commit: string,
  old: Container[],
): Promise<Container[]> {
  const { world, application, log, folder } = run;
  const command = run.inHelper(
    ` docker compose --project-name ${application.uuid} --project-directory ${folder} up --build -d`,
  );
  await wait(run, 0.5);
  const warning = old.length === 0 ? [] : [orphans(world, old)];
  try {
    checkDockerOptions(application, folder, name, 'up');
    const containers: Container[] = [];
    for (const spec of specsOf(world, application, image, name, commit))
      containers.push(await world.working(runContainer(world, spec)));
    const names = containers.map((container) => container.name);
    log.command(command, 'stderr', [
      ...warning,
      ...names.flatMap((one) => ['Creating', 'Created', 'Starting'].map((state) => `Container ${one}  ${state}`)),
    ]);
    await wait(run, 0.3);
    log.command(
      command,
      'stderr',
      names.map((one) => `Container ${one}  Started`),
    );
    log.say('New container started.');
    return containers;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    log.command(command, 'stderr', [...warning, `Container ${name}  Creating`, error.output]);
    throw new StartFailed(command, error);
  }
}

function orphans(world: World, old: Container[]): string {
  const time = new Date(world.clock.now()).toISOString().slice(0, 19);
  return `time="${time}Z" level=warning msg="Found orphan containers ([${old.map((c) => c.name).join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up."`;
}

async function removeOld(run: Run, old: Container[]): Promise<void> {
  const { world, application, log } = run;
  log.say('Removing old containers.');
  const grace = graceOf(application);
  for (const container of old) {
    await wait(run, 0.3);
    await world.working(container.stop(grace));
    updateRoutes(world);
    await wait(run, 0.2);
    log.command(`docker stop --time=${grace} ${container.name}`, 'stdout', [container.name]);
    await world.working(container.remove());
    updateRoutes(world);
    await wait(run, 0.2);
    log.command(`docker rm -f ${container.name}`, 'stdout', [container.name]);
  }
  if (old.length === 0) await wait(run, 0.25);
}

/** Attempts at the interval of the health check; ends the deployment when none was healthy (recorded: deploy-image 59, 64). */
async function waitForHealth(run: Run, container: Container): Promise<void> {
  const { world, application, log } = run;
  const inspect = (what: string, output: string) =>
    log.command(`docker inspect --format='{{json .State.Health.${what}}}' ${container.name}`, 'stdout', [output]);
  log.say('Waiting for healthcheck to pass on the new container.');
  const port = application.health_check_port ?? portOf(application) ?? '80';
  const {
    health_check_scheme: scheme,
    health_check_host: host,
    health_check_path: path,
    health_check_method: method,
  } = application;
  if (application.health_check_type === 'cmd')
    log.say(`Healthcheck command (inside the container): ${application.health_check_command}`);
  else log.say(`Healthcheck URL (inside the container): ${method}: ${scheme}://${host}:${port}${path}`);
  log.say(
    `Waiting for the start period (${application.health_check_start_period} seconds) before starting healthcheck.`,
  );
  await wait(run, application.health_check_start_period);
  for (let attempt = 1; attempt <= application.health_check_retries; attempt++) {
    await wait(run, 0.2);
    const state = container.state();
    updateRoutes(world);
    inspect('Status', JSON.stringify(state.health));
    await wait(run, 0.2);
    inspect('Log', JSON.stringify(state.probes.map((probe) => ({ ExitCode: probe.exitCode, Output: probe.output }))));
    log.say(`Attempt ${attempt} of ${application.health_check_retries} | Healthcheck status: "${state.health}"`);
    const last = state.probes.at(-1);
    if (last !== undefined)
      log.say(`Healthcheck logs: ${last.output === '' ? '(no logs)' : last.output} | Return code: ${last.exitCode}`);
    if (state.health === 'healthy') {
      log.say('New container is healthy.');
      application.status = 'running';
      return;
    }
    if (state.health === 'unhealthy') {
      log.say('New container is unhealthy.');
      break;
    }
    await wait(run, application.health_check_interval);
  }
  log.say(rule);
  log.say('Container logs:');
  log.command(`docker logs -n 100 ${container.name}`, 'stderr', [container.logs({ lines: 100 })], true);
  log.say(rule);
  log.say('Removing old containers.');
  log.say(rule);
  log.say(
    "WARNING: Dockerfile or Docker Image based deployment detected. The healthcheck needs a curl or wget command to check the health of the application. Please make sure that it is available in the image or turn off healthcheck on Coolify's UI.",
  );
  log.say(rule);
  log.say('New container is not healthy, rolling back to the old container.');
  throw new Unhealthy();
}

async function finish(run: Run): Promise<void> {
  const { world, deployment, application } = run;
  const now = rowTime(world.clock.now());
  const hash = configurationHash(world, application);
  Object.assign(deployment, { status: 'finished', finished_at: now, configuration_hash: hash, updated_at: now });
  Object.assign(application, { config_hash: hash, updated_at: now });
  run.ended();
  tellDeployment(world, application, deployment);
  closeHelper(run);
  await afterwards(run, 0.45);
}

async function fail(run: Run, name: string, error: unknown): Promise<void> {
  const { world, deployment, log } = run;
  deployment.status = 'failed';
  deployment.updated_at = rowTime(world.clock.now());
  run.ended();
  tellDeployment(world, run.application, deployment);
  const unhealthy = error instanceof Unhealthy;
  if (!unhealthy) tellFailure(log, error);
  const failed = begunBy(run, name);
  for (const container of failed) await removeContainer(world, container, graceOf(run.application));
  await world.clock.sleep(300, world.closing);
  if (failed.length === 0)
    log.command(`docker rm -f ${name}`, 'stderr', [`Error response from daemon: No such container: ${name}`]);
  deployment.finished_at = rowTime(world.clock.now());
  closeHelper(run);
  if (unhealthy) await afterwards(run, 1.5);
}

async function abandon(run: Run, name: string): Promise<void> {
  const { world, deployment, log, application } = run;
  if (world.closing.aborted || !(run.signal.reason instanceof Cancelled)) return;
  log.say(`Error stopping container ${deployment.deployment_uuid}: Deployment cancelled by user`, 'stderr');
  log.say('Deployment cancelled by user, stopping execution.');
  for (const container of begunBy(run, name)) await removeContainer(world, container, graceOf(application));
}

/** What this deployment has started: its container, or those of its services. */
function begunBy(run: Run, name: string): Container[] {
  return containersOf(run.world, run.application).filter(
    (container) => container.name === name || container.name.endsWith(`-${name}`),
  );
}

function closeHelper(run: Run): void {
  const helper = run.deployment.deployment_uuid;
  run.log.say(`Gracefully shutting down build container: ${helper}`);
  run.log.command(`docker stop --time=30 ${helper}`, 'stdout', [helper]);
}

/** The look at the containers with which a deployment ends, `seconds` after its state was written. */
async function afterwards(run: Run, seconds: number): Promise<void> {
  const { world, application } = run;
  world.background(async () => {
    await world.clock.sleep(seconds * 1000, world.closing);
    if (world.state.applications.get(application.id) === application) refreshStatus(world, application);
    updateRoutes(world);
  });
}

/** A command of Coolify's job, with the words that stand in the log. */
class CommandOfJobFailed extends Error {
  override name = 'CommandOfJobFailed';
  readonly origin: Origin;
  constructor(command: string, exitCode: number, output: string, origin: Origin) {
    super(`Command execution failed (exit code ${exitCode}): ${command}\nError: ${output}`);
    this.origin = origin;
  }
}

/** `docker compose` did not start the new container. */
class StartFailed extends Error {
  override name = 'StartFailed';
  constructor(command: string, cause: unknown) {
    const failed = cause as CommandFailed;
    super(
      `Failed to start container: Command execution failed (exit code ${failed.exitCode}): ${command}\nError: ${failed.output}`,
    );
  }
}

function tellFailure(log: DeploymentLog, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const exception = 'App\\Exceptions\\DeploymentException';
  const job = '/var/www/html/app/Jobs/ApplicationDeploymentJob.php';
  const starting = error instanceof StartFailed;
  log.say(doubleRule, 'stderr');
  log.say(`Deployment failed: ${starting ? `Rolling update failed (${exception}): ${message}` : message}`, 'stderr');
  log.note(`Error type: ${exception}`, 'stderr');
  log.note('Error code: 0', 'stderr');
  log.note(`Location: ${starting ? `${job}:1981` : '/var/www/html/app/Traits/ExecuteRemoteCommand.php:243'}`, 'stderr');
  if (starting)
    for (const line of ['Caused by:', `${exception}: ${message}`, `at ${job}:4093`]) log.note(line, 'stderr');
  log.note('Stack trace (first 5 lines):', 'stderr');
  for (const [index, line] of stackTrace(error).entries()) log.note(`#${index} ${line}`, 'stderr');
  log.say(doubleRule, 'stderr');
  log.say('Deployment failed. Removing the new version of your application.', 'stderr');
}

function stackTrace(error: unknown): string[] {
  const jobs = '/var/www/html/app/Jobs/';
  if (error instanceof StartFailed) {
    return ['(608): rolling_update()', '(508): deploy_dockerimage_buildpack()', '(379): decide_what_to_do()'].map(
      (at) => `${jobs}ApplicationDeploymentJob.php${at}`,
    );
  }
  const [inner, outer, step] = origins[error instanceof CommandOfJobFailed ? error.origin : 'build'];
  return [
    '/var/www/html/app/Traits/ExecuteRemoteCommand.php(107): executeCommandWithProcess()',
    `${jobs}${inner}: execute_remote_command()`,
    `${jobs}${outer}: ${step}()`,
  ];
}

/** Changes with whatever would make the next deployment differ. */
function configurationHash(world: World, application: Application): string {
  const {
    settings,
    fqdn,
    git_repository,
    git_branch,
    git_commit_sha,
    docker_registry_image_name,
    docker_registry_image_tag,
    build_pack,
    ports_exposes,
    ports_mappings,
    start_command,
  } = application;
  const variables = productionVariables(world, application).map(({ key, value, is_runtime, is_buildtime }) => [
    key,
    value,
    is_runtime,
    is_buildtime,
  ]);
  return sha256(
    JSON.stringify([
      settings,
      fqdn,
      git_repository,
      git_branch,
      git_commit_sha,
      docker_registry_image_name,
      docker_registry_image_tag,
      build_pack,
      ports_exposes,
      ports_mappings,
      start_command,
      variables,
    ]),
  );
}

function wait(run: Run, seconds: number): Promise<void> {
  return run.world.clock.sleep(seconds * 1000, run.signal);
}
