terraform {
  required_providers {
    cinderkit = {
      source = "cinderkit/cinderkit"
    }
  }
}

# Nothing is configured: a local cloud starts in the folder .cinderkit/engine.
provider "cinderkit" {}

resource "cinderkit_volume" "records" {
  name     = "records"
  size_gib = 1
}
