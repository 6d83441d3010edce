# A cloud of your clouds.yaml; the credentials stay there.
provider "cinderkit" {
  cloud  = "mycloud"
  region = "RegionOne"
}
