# The bundled engine, even where OS_CLOUD is set; its data lie where you say.
provider "cinderkit" {
  engine {
    folder = "../shared-engine"
  }
}
