// The JSON of a login (Identity v3: POST /auth/tokens). Invariant: the only place, with the
// session's own header, where secrets leave their wrapping.
import type { z } from 'zod';
import type { loginShape } from '../../schema/wire/identity-shapes';
import type { Login, ResolvedSettings, Scope } from './resolved-settings';

type Auth = z.input<typeof loginShape>['auth'];

/** The body that logs in with `settings`. */
export function loginBody(settings: Pick<ResolvedSettings, 'login' | 'scope'>): object {
  const scope = scopeBody(settings.scope);
  return { auth: { identity: identityBody(settings.login), ...(scope ? { scope } : {}) } };
}

function identityBody(login: Login): Auth['identity'] {
  switch (login.method) {
    case 'password': {
      const user = { ...login.user, password: login.password.reveal() };
      return { methods: ['password'], password: { user } };
    }
    case 'token':
      return { methods: ['token'], token: { id: login.token.reveal() } };
    case 'application-credential': {
      const secret = login.secret.reveal();
      const named = 'id' in login ? { id: login.id } : { name: login.name, user: login.user };
      return {
        methods: ['application_credential'],
        application_credential: { ...named, secret },
      };
    }
  }
}

function scopeBody(scope: Scope): object | null {
  switch (scope.kind) {
    case 'default':
      return null;
    case 'project':
      return { project: scope.project };
    case 'domain':
      return { domain: scope.domain };
    case 'system':
      return { system: { all: true } };
    case 'trust':
      return { 'OS-TRUST:trust': { id: scope.trustId } };
  }
}
