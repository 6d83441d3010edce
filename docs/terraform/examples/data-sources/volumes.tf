resource "cinderkit_volume" "shards" {
  count    = 2
  name     = "shard-${count.index}"
  size_gib = 1
  metadata = { team = "shards" }
}

data "cinderkit_volumes" "team" {
  metadata   = { team = "shards" }
  depends_on = [cinderkit_volume.shards]
}

output "shards" {
  value = { for one in data.cinderkit_volumes.team.volumes : one.name => one.size_gib }
}
