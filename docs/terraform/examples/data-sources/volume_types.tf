data "cinderkit_volume_types" "all" {}

output "types" {
  value = data.cinderkit_volume_types.all.volume_types[*].name
}
