# Reads clouds as openstacksdk does, for comparison. Standard input: a JSON list of cases, each
# with cwd, home, env and args. Standard output: a JSON list of what openstacksdk makes of each.
# One child a case, for the module looks at the folder and the environment when it is loaded.
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


def read(case):
    os.chdir(case["cwd"])
    os.environ.clear()
    os.environ.update(case["env"], HOME=case["home"], PATH="/usr/bin:/bin")
    from openstack.config import loader

    region = loader.OpenStackConfig().get_one(validate=True, **case["args"])
    verify, cert = region.get_requests_verify_args()
    return {
        "auth": region.config.get("auth", {}),
        "region": region.region_name,
        "interface": region.get_interface("block-storage"),
        "verify": verify,
        "cert": cert,
        "microversion": region.get_default_microversion("block-storage"),
        "endpoint": region.get_endpoint("block-storage"),
    }


def in_child(case):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = read(case)
        except Exception as error:
            answer = {"error": str(error)}
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text)


import keystoneauth1.loading  # noqa: E402  (once, before the children)

print(json.dumps([in_child(case) for case in json.load(sys.stdin)]))
