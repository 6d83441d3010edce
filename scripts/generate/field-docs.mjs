// Lifts the doc comments of the fields in schema/resources to data, so that one text serves the
// editor (as JSDoc) and the tools (as descriptions), which cannot see comments at run time.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Doc comments by resource noun and field: `{ volume: { sizeGib: 'Size in GiB…' } }`. */
export function liftFieldDocs(root) {
  const folder = join(root, 'schema/resources');
  const docs = {};
  for (const file of readdirSync(folder).sort()) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(folder, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    visitResources(source, (noun, fields) => (docs[noun] = fields));
  }
  return docs;
}

function visitResources(node, found) {
  if (ts.isCallExpression(node) && node.expression.getText() === 'resource') {
    const definition = node.arguments[0];
    const noun = memberOf(definition, 'noun').getText().slice(1, -1);
    found(noun, {
      ...commentsOf(memberOf(definition, 'inputs')),
      ...commentsOf(memberOf(definition, 'outputs')),
    });
  }
  ts.forEachChild(node, (child) => visitResources(child, found));
}

function memberOf(object, name) {
  const member = object.properties.find((property) => property.name?.getText() === name);
  if (!member) throw new Error(`a resource() call has no ${name}`);
  return member.initializer;
}

function commentsOf(object) {
  return Object.fromEntries(
    object.properties.map((property) => {
      const [comment] = ts.getJSDocCommentsAndTags(property);
      if (!comment?.comment) throw new Error(`field ${property.name.getText()} has no doc comment`);
      return [property.name.getText(), ts.getTextOfJSDocComment(comment.comment)];
    }),
  );
}
