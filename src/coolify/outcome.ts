/** What became of a request for a deployment. */
export type Outcome =
  | { queued: true; deploymentUuid: string; message: string }
  | {
      queued: false;
      /**
       * `already_queued`: that commit waits or is under way; the id Coolify makes up for this case is not passed on.
       * `started`: a service or a database, which has no deployment. `not_started`: Coolify's message says why.
       * `unrecognised`: the answer does not tell; look at the active deployments.
       */
      reason: 'already_queued' | 'started' | 'not_started' | 'unrecognised';
      message: string;
    };

/** Where Coolify says this, a `deployment_uuid` beside it was never stored (deploy-image 8, 71). */
export const ALREADY_QUEUED = 'Deployment already queued for this commit.';

interface Said {
  message: string;
  deployment_uuid?: string | null | undefined;
}

/** A 200 is not "queued": this reads what it is. */
export function outcomeOf({ message, deployment_uuid }: Said): Outcome {
  if (message === ALREADY_QUEUED) return { queued: false, reason: 'already_queued', message };
  if (deployment_uuid) return { queued: true, deploymentUuid: deployment_uuid, message };
  const started = /^(Service|Database) .*started\b/s.test(message);
  return { queued: false, reason: started ? 'started' : 'not_started', message };
}

interface TagAnswer {
  message: string | string[];
  details?: { resource_uuid: string; deployment_uuid: string }[] | undefined;
}

/**
 * By tag Coolify answers messages and, apart from them, the ids of applications in the same order. A message has an id where it
 * says queued or already queued; should the two not match in number, no id is trusted.
 */
export function outcomesOfTag({ message, details = [] }: TagAnswer): (Outcome & { resourceUuid?: string })[] {
  const messages = [message].flat();
  const hasId = (text: string) => text === ALREADY_QUEUED || /^Application .* deployment queued\.$/s.test(text);
  if (messages.filter(hasId).length !== details.length)
    return details.map(({ resource_uuid }) => ({
      queued: false,
      reason: 'unrecognised',
      message: messages.join(' '),
      resourceUuid: resource_uuid,
    }));
  const ids = details.values();
  return messages.map((text) => {
    const id = hasId(text) ? ids.next().value : undefined;
    const outcome = outcomeOf({ message: text, deployment_uuid: id?.deployment_uuid });
    return id ? { ...outcome, resourceUuid: id.resource_uuid } : outcome;
  });
}
