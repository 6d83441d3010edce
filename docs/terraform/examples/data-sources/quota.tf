data "cinderkit_quota" "own" {}

output "volumes_of_each_type" {
  value = {
    for type in data.cinderkit_quota.own.volume_types : type.name => type.volumes.in_use
  }
}
