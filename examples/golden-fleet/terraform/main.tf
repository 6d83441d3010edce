# The golden fleet with Terraform or OpenTofu: a disk image sealed as a golden image, three volumes
# cloned from it, a volume with a chain of backups, and a volume to boot from.
terraform {
  required_providers {
    cinderkit = {
      source = "cinderkit/cinderkit"
    }
  }
}

variable "disk_image" {
  description = "The disk image; ../make-disk-image.mjs makes one."
  type        = string
  default     = "../disk.raw"
}

locals {
  tags   = { stack = "golden-fleet" }
  tiers  = ["fast", "bulk"]
  golden = merge(local.tags, { composite = "GoldenImage", part-of = "golden" })
  web    = merge(local.tags, { composite = "VolumeFleet", part-of = "web", role = "web" })
  kept   = merge(local.tags, { composite = "ProtectedVolume", part-of = "records" })
}

resource "cinderkit_volume_type" "tier" {
  for_each    = toset(local.tiers)
  name        = "golden-${each.key}"
  extra_specs = { "team:tier" = each.key }
}

resource "cinderkit_image" "golden" {
  name       = "golden-image"
  file_path  = var.disk_image
  properties = merge(local.golden, { os_distro = "golden" })
}

resource "cinderkit_volume" "seed" {
  name        = "golden-seed"
  image_id    = cinderkit_image.golden.id
  volume_type = cinderkit_volume_type.tier["fast"].name
  metadata    = local.golden
}

resource "cinderkit_image" "sealed" {
  name          = "golden-sealed"
  volume_id     = cinderkit_volume.seed.id
  volume_backed = "preferred"
  properties    = merge(local.golden, { os_distro = "golden" })
}

resource "cinderkit_volume" "bastion" {
  name        = "golden-bastion"
  image_id    = cinderkit_image.sealed.id
  volume_type = cinderkit_volume_type.tier["fast"].name
  metadata    = merge(local.golden, { role = "bastion" })
}

resource "cinderkit_volume" "web" {
  count       = 3
  name        = "web-${count.index + 1}"
  image_id    = cinderkit_image.sealed.id
  volume_type = cinderkit_volume_type.tier[local.tiers[count.index % 2]].name
  metadata    = local.web
}

resource "cinderkit_volume" "records" {
  name        = "records"
  size_gib    = 2
  volume_type = cinderkit_volume_type.tier["bulk"].name
  on_delete   = "backup"
  metadata    = local.kept
}

# Backups are made one after the other: an increment leans on the newest backup that there is.
resource "cinderkit_backup" "week_46" {
  name      = "records-week-46"
  volume_id = cinderkit_volume.records.id
  metadata  = merge(local.kept, { generation = "week-46" })
}

resource "cinderkit_backup" "monday" {
  name        = "records-week-46-monday"
  volume_id   = cinderkit_volume.records.id
  incremental = true
  metadata    = merge(local.kept, { generation = "week-46" })
  depends_on  = [cinderkit_backup.week_46]
}

resource "cinderkit_backup" "tuesday" {
  name        = "records-week-46-tuesday"
  volume_id   = cinderkit_volume.records.id
  incremental = true
  metadata    = merge(local.kept, { generation = "week-46" })
  depends_on  = [cinderkit_backup.monday]
}

resource "cinderkit_backup" "week_47" {
  name       = "records-week-47"
  volume_id  = cinderkit_volume.records.id
  metadata   = merge(local.kept, { generation = "week-47" })
  depends_on = [cinderkit_backup.tuesday]
}

resource "cinderkit_snapshot" "before" {
  name      = "records-before"
  volume_id = cinderkit_volume.records.id
  metadata  = local.tags
}

data "cinderkit_image" "boot" {
  id = cinderkit_image.sealed.id
}

resource "cinderkit_volume" "boot" {
  name        = "boot"
  size_gib    = 2
  image_id    = cinderkit_image.sealed.id
  volume_type = cinderkit_volume_type.tier["fast"].name
  metadata    = merge(local.tags, { composite = "BootVolume", part-of = "boot" })

  lifecycle {
    precondition {
      condition     = data.cinderkit_image.boot.status == "active"
      error_message = "The sealed image is ${data.cinderkit_image.boot.status}."
    }
    postcondition {
      condition     = self.bootable
      error_message = "The volume is not bootable."
    }
  }
}

data "cinderkit_volume" "web_1_seen" {
  id = cinderkit_volume.web[0].id
}

output "image_id" {
  value = cinderkit_image.sealed.id
}

output "bastion_id" {
  value = cinderkit_volume.bastion.id
}

output "web_ids" {
  value = cinderkit_volume.web[*].id
}

output "records_id" {
  value = cinderkit_volume.records.id
}

output "latest_backup" {
  value = cinderkit_backup.week_47.name
}

output "snapshot_id" {
  value = cinderkit_snapshot.before.id
}

output "boot_id" {
  value = cinderkit_volume.boot.id
}

output "web_size_gib" {
  value = data.cinderkit_volume.web_1_seen.size_gib
}
