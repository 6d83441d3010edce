// Turns what zod found wrong in a body into the text that OpenStack's JSON-schema validation gives
// (cinder/api/validation/validators.py over python-jsonschema). Invariant: the first problem alone
// is told, with the field's last name and its value, as the real services do.
import type { z } from 'zod';
import { pythonText } from './python-text';

type Issue = z.core.$ZodIssue;

/** The refusal's text for the first of `issues` found in `body`. */
export function refusalOf(issues: readonly Issue[], body: unknown): string {
  const [first] = issues;
  if (!first) return 'Malformed request body';
  const issue = narrowed(first);
  const value = valueAt(body, issue.path);
  if (value === undefined && issue.path.length > 0 && issue.code === 'invalid_type') {
    const parent = issue.path.slice(0, -1);
    return located(
      parent,
      valueAt(body, parent),
      `${pythonText(lastOf(issue.path))} is a required property`,
    );
  }
  return located(issue.path, value, explanation(issue, value));
}

/** A union's problem is that of its alternative which came furthest, where there is one. */
function narrowed(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const deepest = issue.errors
    .map((errors) => errors[0])
    .filter((error) => error !== undefined)
    .sort((left, right) => right.path.length - left.path.length)[0];
  if (!deepest || deepest.path.length === 0) return issue;
  return narrowed({ ...deepest, path: [...issue.path, ...deepest.path] });
}

function located(path: readonly PropertyKey[], value: unknown, text: string): string {
  if (path.length === 0) return text;
  const name = String(lastOf(path));
  return `Invalid input for field/attribute ${name}. Value: ${plain(value)}. ${text}`;
}

/** The value itself is printed by str(), so a string has no quotes there. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value : pythonText(value);
}

function explanation(issue: Issue, value: unknown): string {
  const shown = pythonText(value);
  switch (issue.code) {
    case 'invalid_type':
      return `${shown} is not of type ${pythonText(typeNames[issue.expected] ?? issue.expected)}`;
    case 'unrecognized_keys': {
      const keys = issue.keys.map((key) => pythonText(key)).join(', ');
      const verb = issue.keys.length === 1 ? 'was' : 'were';
      return `Additional properties are not allowed (${keys} ${verb} unexpected)`;
    }
    case 'invalid_value':
      return `${shown} is not one of ${pythonText(issue.values.map(String))}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `${shown} is too short`
        : `${shown} is less than the minimum of ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `${shown} is too long`
        : `${shown} is greater than the maximum of ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `${shown} does not match ${pythonText(String(issue.pattern ?? ''))}`
        : `${shown} is not a ${pythonText(issue.format)}`;
    case 'invalid_union':
      return `${shown} is not valid under any of the given schemas`;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'integer',
  record: 'object',
  nonoptional: 'object',
};

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return value;
}

function lastOf(path: readonly PropertyKey[]): PropertyKey {
  return path[path.length - 1] ?? '';
}
