import { type BuildRequest, CommandFailed, type GitSource, type Image, type OnLine } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { buildVariables } from './variables.ts';

/** Where Coolify clones an application from; `HEAD` is the branch's head. */
export function sourceOf(application: Application, commit: string): GitSource {
  const repository = application.git_repository ?? '';
  const url =
    application.source_id === null || repository.includes('://') ? repository : `https://github.com/${repository}`;
  return {
    url,
    ref: application.git_branch ?? 'HEAD',
    ...(commit === 'HEAD' ? {} : { commit }),
  };
}

/** The image that an application of a registry asks for, whatever a rollback's commit says (recorded: deploy-image 66, 77). */
export function imageOf(application: Application): string {
  const { docker_registry_image_name: name, docker_registry_image_tag: tag } = application;
  return name?.endsWith('@sha256') ? `${name}:${tag}` : `${name}:${tag ?? 'latest'}`;
}

/** `<uuid>:<commit>`; of a Dockerfile's text `<uuid>:latest`. */
export function referenceOf(application: Application, commit: string): string {
  return `${application.uuid}:${application.dockerfile === null ? commit : 'latest'}`;
}

/** Builds an application's image at a commit. Throws what the machine throws, or what was ordered to go wrong. */
export async function buildAt(
  world: World,
  application: Application,
  commit: string,
  options: { noCache: boolean; onLine: OnLine; signal: AbortSignal },
): Promise<Image> {
  failOnDemand(world);
  return await world.machine.build(
    { ...requestFor(world, application, commit), noCache: options.noCache },
    options.onLine,
    options.signal,
  );
}

/** Fails as Docker does where the disk of the server is full, by the control endpoint's order. */
export function checkDisk(world: World, command: string, doing: string): void {
  if (world.faults.diskFull)
    throw new CommandFailed(command, 1, `ERROR: failed to solve: ${doing}: no space left on device`);
}

function failOnDemand(world: World): void {
  const { faults } = world;
  const failing = faults.failBuilds;
  if (failing !== undefined) {
    if (--failing.times <= 0) faults.failBuilds = undefined;
    throw new CommandFailed('docker build', 1, failing.line);
  }
  checkDisk(world, 'docker build', 'failed to copy files: write /app');
}

function requestFor(world: World, application: Application, commit: string): BuildRequest {
  const { install_command: install, build_command: build, start_command: start } = application;
  return {
    reference: referenceOf(application, commit),
    source: sourceOf(application, commit),
    buildPack: application.build_pack as BuildRequest['buildPack'],
    ...(application.dockerfile === null ? {} : { dockerfile: application.dockerfile }),
    baseDirectory: application.base_directory,
    ...(application.publish_directory === null ? {} : { publishDirectory: application.publish_directory }),
    ...(application.dockerfile_location === null ? {} : { dockerfileLocation: application.dockerfile_location }),
    ...(application.build_pack === 'dockercompose' ? { composeLocation: application.docker_compose_location } : {}),
    commands: {
      ...(install === null ? {} : { install }),
      ...(build === null ? {} : { build }),
      ...(start === null ? {} : { start }),
    },
    spa: application.settings.is_spa,
    variables: buildVariables(world, application, commit),
  };
}
