// Projects. Invariant: a project that still owns something is not removed, for its things would be
// out of everyone's reach; the engine's own project is never shown.
import type { identityRoutes } from '../../../schema/wire/identity';
import type { Parts } from '../../parts';
import { listImages } from '../../records/images';
import { newHexId } from '../../records/new-id';
import {
  findProject,
  findProjectByName,
  insertProject,
  listProjects,
  removeProject,
  updateProject,
} from '../../records/projects';
import { listAssignments } from '../../records/roles';
import type { ProjectRow } from '../../records/rows/identity-rows';
import { usageOf } from '../../records/quotas';
import type { HandlersOf, Query } from '../serve-route';
import { forgetCallers } from './authenticate';
import { assertDefaultDomain } from './domains';
import { identityFaults } from './identity-faults';
import { requireLogin } from './token-handlers';

type ProjectRoutes = Pick<
  typeof identityRoutes,
  | 'listProjects'
  | 'createProject'
  | 'showProject'
  | 'updateProject'
  | 'deleteProject'
  | 'listOwnProjects'
  | 'listUserProjects'
>;

/** Handlers of the routes about projects. */
export const projectHandlers: HandlersOf<ProjectRoutes> = {
  listProjects: async ({ query, baseUrl }, parts) => {
    const all = await listProjects(parts.database);
    return page(baseUrl, 'projects', all.filter(named(query)));
  },
  createProject: async ({ body, baseUrl }, parts) => {
    const { name, description, enabled = true, domain_id: domainId } = body.project;
    assertDefaultDomain(domainId);
    await assertFree(parts, name);
    const project = await insertProject(parts.database, {
      id: newHexId(),
      name,
      description: description ?? '',
      enabled,
    });
    return { project: view(baseUrl, project) };
  },
  showProject: async ({ params, caller, baseUrl }, parts) => {
    requireLogin(caller);
    const project = await projectOf(parts, params['id'] ?? '');
    if (!caller.isAdmin && caller.projectId !== project.id) {
      const assignments = await listAssignments(parts.database, {
        userId: caller.userId,
        scopeType: 'project',
        scopeId: project.id,
      });
      if (assignments.length === 0)
        throw identityFaults.forbidden({ rule: 'identity:get_project' });
    }
    return { project: view(baseUrl, project) };
  },
  updateProject: async ({ params, body, baseUrl }, parts) => {
    const project = await projectOf(parts, params['id'] ?? '');
    const { name, description, enabled } = body.project;
    if (name !== undefined && name !== project.name) await assertFree(parts, name);
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description: description ?? '' }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    await updateProject(parts.database, project.id, patch);
    forgetCallers(parts);
    return { project: view(baseUrl, { ...project, ...patch }) };
  },
  deleteProject: async ({ params }, parts) => {
    const { id } = await projectOf(parts, params['id'] ?? '');
    await parts.database.transaction(async (tx) => {
      const used = await usageOf(tx, id);
      const { viewerProjectId, ...own } = { viewerProjectId: null, projectId: id, limit: 1 };
      const images = await listImages(tx, { viewerProjectId, ...own });
      const found = [
        ...(used.volumes > 0 ? ['volumes'] : []),
        ...(used.snapshots > 0 ? ['snapshots'] : []),
        ...(used.backups > 0 ? ['backups'] : []),
        ...('rows' in images && images.rows.length > 0 ? ['images'] : []),
      ];
      if (found.length > 0) throw identityFaults.projectInUse({ id, found: found.join(', ') });
      await removeProject(tx, id);
    });
    forgetCallers(parts);
    return undefined;
  },
  listOwnProjects: async ({ caller, baseUrl }, parts) => {
    requireLogin(caller);
    return page(baseUrl, 'auth/projects', await projectsOf(parts, caller.userId));
  },
  listUserProjects: async ({ params, caller, baseUrl }, parts) => {
    requireLogin(caller);
    const id = params['id'] ?? '';
    if (!caller.isAdmin && id !== caller.userId) {
      throw identityFaults.forbidden({ rule: 'identity:list_user_projects' });
    }
    return page(baseUrl, `users/${id}/projects`, await projectsOf(parts, id));
  },
};

/** The project of that id. Fails with 404, also for the engine's own. */
export async function projectOf(parts: Parts, id: string): Promise<ProjectRow> {
  const project = await findProject(parts.database, id);
  if (!project || project.isInternal) {
    throw identityFaults.thingUnknown({ noun: 'project', id });
  }
  return project;
}

async function projectsOf(parts: Parts, userId: string): Promise<ProjectRow[]> {
  const scope = { userId, scopeType: 'project' } as const;
  const assignments = await listAssignments(parts.database, scope);
  const ids = new Set(assignments.map(({ scopeId }) => scopeId));
  return (await listProjects(parts.database)).filter(({ id }) => ids.has(id));
}

async function assertFree(parts: Parts, name: string): Promise<void> {
  if (await findProjectByName(parts.database, name, 'default')) {
    throw identityFaults.thingExists({ noun: 'project', name });
  }
}

/** The filters that Keystone's lists have in common. */
function named(query: Query): (row: ProjectRow) => boolean {
  const { name, enabled, domain_id: domainId } = query;
  return (row) =>
    (name === undefined || row.name === name) &&
    (domainId === undefined || row.domainId === domainId) &&
    (enabled === undefined || row.enabled === (enabled === 'true' || enabled === 'True'));
}

function page(baseUrl: string, path: string, rows: readonly ProjectRow[]): object {
  return {
    projects: rows.map((row) => view(baseUrl, row)),
    links: { next: null, self: `${baseUrl}/identity/v3/${path}`, previous: null },
  };
}

function view(baseUrl: string, project: ProjectRow): object {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    description: project.description,
    enabled: project.enabled,
    parent_id: project.parentId,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${baseUrl}/identity/v3/projects/${project.id}` },
  };
}
