window.BENCHMARK_DATA = {
  "entries": {
    "smoke eeaa155431fff002 (bigger is better)": [
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9aca00",
          "message": "Commit 0",
          "timestamp": "2001-09-09T01:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9aca00"
        },
        "date": 999308800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ad810",
          "message": "Commit 1",
          "timestamp": "2001-09-09T02:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ad810"
        },
        "date": 999395200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ae620",
          "message": "Commit 2",
          "timestamp": "2001-09-09T03:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ae620"
        },
        "date": 999481600000,
        "tool": "customBiggerIsBetter"
      }
    ],
    "smoke eeaa155431fff002 (smaller is better)": [
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9aca00",
          "message": "Commit 0",
          "timestamp": "2001-09-09T01:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9aca00"
        },
        "date": 999308800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ad810",
          "message": "Commit 1",
          "timestamp": "2001-09-09T02:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ad810"
        },
        "date": 999395200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ae620",
          "message": "Commit 2",
          "timestamp": "2001-09-09T03:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ae620"
        },
        "date": 999481600000,
        "tool": "customSmallerIsBetter"
      }
    ]
  },
  "lastUpdate": 999481600000,
  "repoUrl": "https://example.org/ninewire/"
}
